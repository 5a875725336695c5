package s3

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials"
)

// Store is an inbox.Store in a bucket.
type Store struct {
	client client
	format inbox.FormatCheck

	mu  sync.Mutex
	how *condition // Nil until the first write.
}

var _ inbox.Store = (*Store)(nil)

// New returns the Store at the configured address. It sends no request.
func New(cfg Config) (*Store, error) {
	l, err := parse(cfg.Address)
	if err != nil {
		return nil, err
	}
	if cfg.Credentials == nil {
		cfg.Credentials = awscredentials.New(awscredentials.Config{HTTPClient: cfg.HTTPClient, Region: l.region})
	}
	return &Store{client: client{location: l, http: cfg.HTTPClient, credentials: cfg.Credentials, pause: cfg.Pause}}, nil
}

// Create implements inbox.Store.
func (s *Store) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if err := inbox.CheckCall(ctx, key); err != nil {
		return false, err
	}
	how, err := s.condition(ctx)
	if err != nil {
		return false, inbox.WriteError(err)
	}
	created, err := s.client.create(ctx, how, key, value)
	return created, inbox.WriteError(err)
}

// condition returns how to create objects; it asks the bucket only once.
func (s *Store) condition(ctx context.Context) (condition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.how == nil {
		how, err := s.client.conditionOf(ctx)
		if err != nil {
			return condition{}, err
		}
		s.how = &how
	}
	return *s.how, nil
}

// Get implements inbox.Store.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := s.readable(ctx, key); err != nil {
		return nil, err
	}
	value, err := s.client.get(ctx, key)
	if errors.Is(err, inbox.ErrNotExist) {
		return nil, inbox.ErrNotExist
	}
	return value, inbox.ReadError(err)
}

func (c *client) get(ctx context.Context, object string) ([]byte, error) {
	a, err := c.call(ctx, request{method: http.MethodGet, object: object})
	if is(err, "NoSuchKey") {
		return nil, inbox.ErrNotExist
	}
	return a.body, err
}

// page is a page of a listing.
type page struct {
	IsTruncated           bool
	NextContinuationToken string
	Contents              []struct {
		Key          string
		LastModified time.Time
		Size         int64
	}
}

// List implements inbox.Store.
func (s *Store) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if err := inbox.CheckPrefix(prefix); err != nil {
		return inbox.Listing{}, err
	}
	if err := s.readable(ctx); err != nil {
		return inbox.Listing{}, err
	}
	listing, err := s.client.list(ctx, prefix)
	return listing, inbox.ReadError(err)
}

// list asks for all pages of a listing.
func (c *client) list(ctx context.Context, prefix string) (inbox.Listing, error) {
	var listing inbox.Listing
	query := url.Values{"list-type": {"2"}, "prefix": {c.prefix + prefix}}
	for {
		var p page
		a, err := c.call(ctx, request{method: http.MethodGet, query: query})
		if err == nil {
			if err = xml.Unmarshal(a.body, &p); err != nil {
				err = fmt.Errorf("the listing of the bucket %s cannot be read: %w", c.bucket, err)
			}
		}
		if err != nil {
			return inbox.Listing{}, err
		}
		listing.Now = a.date
		for _, object := range p.Contents {
			key := strings.TrimPrefix(object.Key, c.prefix)
			if inbox.CheckKey(key) == nil && !strings.HasPrefix(key, probePrefix) {
				listing.Entries = append(listing.Entries, inbox.Entry{Key: key, Modified: object.LastModified, Size: object.Size})
			}
		}
		if !p.IsTruncated || p.NextContinuationToken == "" {
			break
		}
		query.Set("continuation-token", p.NextContinuationToken)
	}
	slices.SortFunc(listing.Entries, func(a, b inbox.Entry) int { return strings.Compare(a.Key, b.Key) })
	return listing, nil
}

// Replace implements inbox.Store.
func (s *Store) Replace(ctx context.Context, key string, value []byte) error {
	if err := errors.Join(inbox.CheckReplaceable(key), inbox.CheckCall(ctx, key)); err != nil {
		return err
	}
	// This returns an error for a bucket that cannot be an inbox, before
	// anything is written to it.
	if _, err := s.condition(ctx); err != nil {
		return inbox.WriteError(err)
	}
	_, err := s.client.call(ctx, request{method: http.MethodPut, object: key, body: value})
	return inbox.WriteError(err)
}

// maxConcurrentDeletes limits the concurrent requests of one Delete.
const maxConcurrentDeletes = 8

// Delete implements inbox.Store.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	if err := inbox.CheckCall(ctx, keys...); err != nil {
		return err
	}
	errs := make([]error, len(keys))
	slots := make(chan struct{}, maxConcurrentDeletes)
	var all sync.WaitGroup
	for n, key := range keys {
		slots <- struct{}{}
		all.Go(func() {
			errs[n] = s.client.remove(ctx, key)
			<-slots
		})
	}
	all.Wait()
	return inbox.WriteError(errors.Join(errs...))
}

func (c *client) remove(ctx context.Context, object string) error {
	_, err := c.call(ctx, request{method: http.MethodDelete, object: object})
	if is(err, "NoSuchKey") {
		return nil
	}
	return err
}

// versions returns "Enabled", "Suspended", or "" if versioning was never
// enabled.
func (c *client) versions(ctx context.Context) (string, error) {
	a, err := c.call(ctx, request{method: http.MethodGet, query: url.Values{"versioning": {""}}})
	if hasStatus(err, http.StatusNotImplemented) {
		return "", nil
	}
	var found struct{ Status string }
	if err == nil && len(a.body) > 0 {
		err = xml.Unmarshal(a.body, &found)
	}
	return found.Status, err
}

// readable checks the arguments of a read, and once the format.
func (s *Store) readable(ctx context.Context, keys ...string) error {
	if err := inbox.CheckCall(ctx, keys...); err != nil {
		return err
	}
	return inbox.ReadError(s.format.Read(ctx, s.client.get))
}
