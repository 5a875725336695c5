// Package awskeys finds the access key of a bucket as the AWS tools do, and
// renews it before it expires.
//
// The credentials of minio-go are used for profiles only: its chain hides why a
// source failed, and its source for roles has one client for the metadata of the
// machine, which no proxy leads to, and for STS, which often needs one.
package awskeys

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Value is an access key.
type Value struct {
	AccessKeyID, SecretAccessKey string
	// SessionToken is empty for a permanent key.
	SessionToken string
	// Expires is zero for a permanent key.
	Expires time.Time
}

func (v Value) complete() bool { return v.AccessKeyID != "" && v.SecretAccessKey != "" }

// Config says where keys are looked for.
type Config struct {
	// HTTPClient reaches STS. It must speak HTTP/1.1 only and follow no redirects.
	HTTPClient *http.Client
	// Getenv reads the environment; nil is os.Getenv.
	Getenv func(string) string
	// Region is where STS is asked, unless the environment names another region.
	Region string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Keys keeps an access key. It is safe for concurrent use.
type Keys struct {
	find func(ctx context.Context) (Value, error)
	now  func() time.Time

	slot  chan struct{} // Holds one token, so that waiting ends with a context.
	value Value
	renew time.Time // When the value is looked for again; zero for never.
}

// New returns the keys of the first source that is configured. It reads and
// sends nothing.
func New(cfg Config) *Keys {
	if cfg.Getenv == nil {
		cfg.Getenv = os.Getenv
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return newKeys((&chain{Config: cfg, local: newLocalClient()}).find, cfg.Now)
}

// Static returns a permanent key.
func Static(accessKeyID, secretAccessKey string) *Keys {
	value := Value{AccessKeyID: accessKeyID, SecretAccessKey: secretAccessKey}
	return newKeys(func(context.Context) (Value, error) { return value, nil }, time.Now)
}

func newKeys(find func(context.Context) (Value, error), now func() time.Time) *Keys {
	return &Keys{find: find, now: now, slot: make(chan struct{}, 1)}
}

// Get returns the access key, which may have to be fetched.
func (k *Keys) Get(ctx context.Context) (Value, error) {
	select {
	case k.slot <- struct{}{}:
		defer func() { <-k.slot }()
	case <-ctx.Done():
		return Value{}, fmt.Errorf("no credentials for the bucket: %w", context.Cause(ctx))
	}
	now := k.now()
	if k.value.complete() && (k.renew.IsZero() || now.Before(k.renew)) {
		return k.value, nil
	}
	found, err := k.find(ctx)
	switch {
	case err == nil:
		k.value, k.renew = found, renewal(now, found.Expires)
	case k.value.complete() && now.Before(k.value.Expires):
		k.renew = now.Add(pause) // The old key is good for a while.
	default:
		return Value{}, err
	}
	return k.value, nil
}

const (
	// margin is how long before its end a key is renewed.
	margin = 5 * time.Minute
	// pause is the time between attempts to renew a key that is still valid.
	pause = 10 * time.Second
)

// renewal returns when a key is renewed: before it expires, but not all the time
// if it is valid for minutes only.
func renewal(now, expires time.Time) time.Time {
	if expires.IsZero() {
		return time.Time{}
	}
	return expires.Add(-min(margin, expires.Sub(now)/5))
}

// Expire makes Get look for another key, because the service says that this one
// has expired. It reports whether there may be another one.
func (k *Keys) Expire(ctx context.Context, accessKeyID string) bool {
	select {
	case k.slot <- struct{}{}:
		defer func() { <-k.slot }()
	case <-ctx.Done():
		return false
	}
	if k.value.AccessKeyID == accessKeyID && !k.value.Expires.IsZero() {
		k.value = Value{Expires: k.value.Expires}
	}
	return !k.value.Expires.IsZero()
}
