package https

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Store is an inbox.Store behind a relay.
type Store struct {
	base   *url.URL
	token  string
	http   *http.Client
	pause  time.Duration
	format inbox.FormatCheck
}

var (
	_ inbox.Store  = (*Store)(nil)
	_ inbox.Waiter = (*Store)(nil)
)

// New returns the Store behind a relay. It sends no request.
func New(cfg Config) (*Store, error) {
	base, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	return &Store{base: base, token: cfg.Token, http: cfg.HTTPClient, pause: cfg.Pause}, nil
}

// URL returns the base URL of the relay.
func (s *Store) URL() string { return s.base.String() }

// Create implements inbox.Store.
func (s *Store) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if err := inbox.CheckCall(ctx, key); err != nil {
		return false, err
	}
	a, err := s.call(ctx, request{method: http.MethodPut, path: keysPath + key, header: http.Header{"If-None-Match": {"*"}}, body: value})
	return err == nil && a.status == http.StatusCreated, inbox.WriteError(err)
}

// Get implements inbox.Store.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := s.readable(ctx, key); err != nil {
		return nil, err
	}
	value, err := s.get(ctx, key)
	if errors.Is(err, inbox.ErrNotExist) {
		return nil, inbox.ErrNotExist
	}
	return value, inbox.ReadError(err)
}

func (s *Store) get(ctx context.Context, key string) ([]byte, error) {
	a, err := s.call(ctx, request{method: http.MethodGet, path: keysPath + key})
	if err == nil && a.status == http.StatusNotFound {
		return nil, inbox.ErrNotExist
	}
	return a.body, err
}

// List implements inbox.Store.
func (s *Store) List(ctx context.Context, prefix string) (inbox.Listing, error) {
	if err := inbox.CheckPrefix(prefix); err != nil {
		return inbox.Listing{}, err
	}
	if err := s.readable(ctx); err != nil {
		return inbox.Listing{}, err
	}
	a, err := s.call(ctx, request{method: http.MethodGet, path: listPath, query: url.Values{"prefix": {prefix}}})
	if err != nil {
		return inbox.Listing{}, inbox.ReadError(err)
	}
	var l list
	if err := json.Unmarshal(a.body, &l); err != nil {
		return inbox.Listing{}, inbox.ReadError(fmt.Errorf("the list of the relay at %s cannot be read: %w", s.base.Host, err))
	}
	return l.listing(), nil
}

// Wait implements inbox.Waiter. If the relay restarts in the meantime, the
// request is retried, and the new relay answers it at once.
func (s *Store) Wait(ctx context.Context, prefix, seen string) (string, error) {
	if err := errors.Join(inbox.CheckPrefix(prefix), ctx.Err()); err != nil {
		return seen, err
	}
	a, err := s.call(ctx, request{
		method: http.MethodGet, path: waitPath, query: url.Values{"prefix": {prefix}, "seen": {seen}},
		timeout: waitTimeout + waitMargin,
	})
	var answer waited
	if err == nil && json.Unmarshal(a.body, &answer) != nil {
		err = fmt.Errorf("the answer of the relay at %s cannot be read", s.base.Host)
	}
	if err != nil {
		return seen, inbox.ReadError(err)
	}
	return answer.Seen, nil
}

// Replace implements inbox.Store.
func (s *Store) Replace(ctx context.Context, key string, value []byte) error {
	if err := errors.Join(inbox.CheckReplaceable(key), inbox.CheckCall(ctx, key)); err != nil {
		return err
	}
	_, err := s.call(ctx, request{method: http.MethodPut, path: keysPath + key, body: value})
	return inbox.WriteError(err)
}

// Delete implements inbox.Store.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	if err := inbox.CheckCall(ctx, keys...); err != nil || len(keys) == 0 {
		return err
	}
	body, err := json.Marshal(deletion{keys})
	if err != nil {
		return err
	}
	_, err = s.call(ctx, request{method: http.MethodPost, path: deletePath, body: body})
	return inbox.WriteError(err)
}

// readable checks the arguments of a read, and once the format.
func (s *Store) readable(ctx context.Context, keys ...string) error {
	if err := inbox.CheckCall(ctx, keys...); err != nil {
		return err
	}
	return inbox.ReadError(s.format.Read(ctx, s.get))
}
