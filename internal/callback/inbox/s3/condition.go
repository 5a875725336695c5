package s3

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// condition is a way to create an object only if it does not exist.
type condition struct {
	name          string // In format.json.
	header, value string
	// vendor reports whether the condition works only in a bucket without
	// versioning.
	vendor bool
}

// conditions are tried in this order.
var conditions = []condition{
	{name: "if-none-match", header: "If-None-Match", value: "*"},
	{name: "x-obs-forbid-overwrite", header: "X-Obs-Forbid-Overwrite", value: "true", vendor: true}, // Huawei OBS.
	{name: "x-cos-forbid-overwrite", header: "X-Cos-Forbid-Overwrite", value: "true", vendor: true}, // Tencent COS.
	{name: "x-oss-forbid-overwrite", header: "X-Oss-Forbid-Overwrite", value: "true", vendor: true}, // Alibaba OSS.
}

// exists reports whether err means that the object already exists.
func exists(err error) bool {
	return hasStatus(err, http.StatusPreconditionFailed) ||
		hasStatus(err, http.StatusConflict) && is(err, "ObjectAlreadyExists", "FileAlreadyExists")
}

// unsupported reports whether err means that the service does not support the
// condition.
func unsupported(err error) bool {
	return hasStatus(err, http.StatusNotImplemented) ||
		hasStatus(err, http.StatusBadRequest) && is(err, "InvalidArgument", "InvalidRequest", "NotImplemented")
}

// createTries limits the attempts to create an object that other clients delete
// at the same time.
const createTries = 20

// create creates an object under a condition. If an answer was lost, it reads
// the object to find out whether it won.
func (c *client) create(ctx context.Context, how condition, object string, value []byte) (bool, error) {
	header := http.Header{how.header: {how.value}}
	for range createTries {
		_, err := c.call(ctx, request{method: http.MethodPut, object: object, header: header, body: value})
		if !exists(err) {
			return err == nil, err
		}
		held, err := c.get(ctx, object)
		if !errors.Is(err, inbox.ErrNotExist) {
			return err == nil && string(held) == string(value), err
		}
		// It was deleted in between.
	}
	return false, fmt.Errorf("the bucket %s answered repeatedly both that %s exists and that it does not exist", c.bucket, object)
}

const (
	probePrefix = "probe/"
	probeRounds = 3
	probeWrites = 12
)

// errIgnored is the reason why a condition cannot be used.
var errIgnored = errors.New("the service ignores the condition: it accepted several concurrent writes that were to create one object")

// probe finds out with concurrent writes which condition the bucket supports.
func (c *client) probe(ctx context.Context) (condition, error) {
	var refusals []string
	for _, how := range conditions {
		err := c.try(ctx, how)
		if err == nil {
			return how, nil
		}
		if !errors.Is(err, errIgnored) && !errors.Is(err, errVersions) && !unsupported(err) {
			return condition{}, err
		}
		refusals = append(refusals, fmt.Sprintf("%s: %v", how.header, err))
	}
	return condition{}, fmt.Errorf("the bucket %s cannot be an inbox: it offers no way to create an object only if it does not exist, "+
		"so an order could be placed twice. Use another bucket, a relay (https://…), or a directory. Tried: %s", c.bucket, strings.Join(refusals, "; "))
}

// try returns nil if a condition works.
func (c *client) try(ctx context.Context, how condition) error {
	if how.vendor {
		if err := c.checkVersions(ctx); err != nil {
			return err
		}
	}
	for range probeRounds {
		if err := c.raceProbes(ctx, how); err != nil {
			return err
		}
	}
	return nil
}

// raceProbes lets several writers create one object at the same time.
func (c *client) raceProbes(ctx context.Context, how condition) error {
	object := probePrefix + strings.ToLower(rand.Text())
	won := make([]bool, probeWrites)
	errs := make([]error, probeWrites)
	var writers sync.WaitGroup
	for n := range probeWrites {
		writers.Go(func() { won[n], errs[n] = c.create(ctx, how, object, fmt.Append(nil, n)) })
	}
	writers.Wait()
	err := errors.Join(errs...)
	if err == nil {
		// One more write after the others, because a service may detect only
		// sequential writes.
		var late bool
		late, err = c.create(ctx, how, object, []byte("late"))
		won = append(won, late)
	}
	winners := 0
	for _, w := range won {
		if w {
			winners++
		}
	}
	if err == nil && winners != 1 {
		err = errIgnored
	}
	if removed := c.remove(ctx, object); err == nil {
		err = removed
	}
	return firstUnsupported(err)
}

// firstUnsupported returns the first of several joined errors, which are alike.
func firstUnsupported(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) > 0 {
		return joined.Unwrap()[0]
	}
	return err
}

var errVersions = errors.New("it has no effect in a bucket whose versioning is or was enabled, because a new version does not overwrite the object; use a bucket whose versioning was never enabled")

// checkVersions returns errVersions if versioning was ever enabled.
func (c *client) checkVersions(ctx context.Context) error {
	versions, err := c.versions(ctx)
	if err == nil && versions != "" {
		err = errVersions
	}
	return err
}

// conditionOf returns the condition in the bucket's format.json. If there is
// none, it probes the bucket and writes the file.
func (c *client) conditionOf(ctx context.Context) (condition, error) {
	value, err := c.get(ctx, inbox.FormatKey)
	if errors.Is(err, inbox.ErrNotExist) {
		value, err = c.writeFormat(ctx)
	}
	if err != nil {
		return condition{}, err
	}
	format, err := inbox.ParseFormat(value)
	if err != nil {
		return condition{}, err
	}
	for _, how := range conditions {
		if how.name == format.Create {
			if how.vendor {
				err = c.checkVersions(ctx)
			}
			return how, err
		}
	}
	return condition{}, fmt.Errorf("%s of the bucket %s names the condition %q, which this version of the provider does not know; upgrade the provider or the relay",
		inbox.FormatKey, c.bucket, format.Create)
}

// writeFormat writes format.json and returns its content, which another client
// may have written.
func (c *client) writeFormat(ctx context.Context) ([]byte, error) {
	how, err := c.probe(ctx)
	if err != nil {
		return nil, err
	}
	value, err := json.Marshal(inbox.Format{Version: inbox.FormatVersion, Create: how.name})
	if err != nil {
		return nil, err
	}
	won, err := c.create(ctx, how, inbox.FormatKey, value)
	if err != nil || won {
		return value, err
	}
	return c.get(ctx, inbox.FormatKey)
}
