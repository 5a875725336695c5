package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awskeys"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awskeys/awstest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

func newIssuer() *awstest.Issuer {
	return &awstest.Issuer{AccessKeyID: s3test.AccessKey, SecretAccessKey: s3test.SecretKey, Validity: time.Hour}
}

func openWith(t *testing.T, address string, issuer *awstest.Issuer, setup awstest.Setup) *Store {
	t.Helper()
	client := &http.Client{Transport: newTransport(t)}
	keys := awskeys.New(awskeys.Config{HTTPClient: client, Getenv: setup.Getenv, Now: issuer.Now})
	s, err := New(Config{Address: address, HTTPClient: client, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// useAll makes each call once.
func useAll(ctx context.Context, s *Store, key string) error {
	won, err := s.Create(ctx, key, []byte("x"))
	if err == nil && !won {
		err = errors.New("the key is taken")
	}
	_, getErr := s.Get(ctx, key)
	_, listErr := s.List(ctx, "")
	return errors.Join(err, getErr, listErr, s.Replace(ctx, inbox.ProcessPrefix+"a", nil), s.Delete(ctx, key))
}

func TestStore_usesTheKeysOfARoleAsLongAsTheyAreValid(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	for name, setup := range awstest.Setups(t, issuer) {
		p, address := proxy(t)
		p.Fail(func(r *http.Request) s3test.Fault {
			if !issuer.Valid(r.Header.Get("X-Amz-Security-Token")) {
				return s3test.Fault{Status: http.StatusBadRequest, Code: "ExpiredToken"}
			}
			return s3test.Fault{}
		})
		s := openWith(t, address, issuer, setup)
		before := issuer.Issued()
		for n := range 3 {
			if err := useAll(t.Context(), s, fmt.Sprint("orders/", n)); err != nil {
				t.Errorf("%s, key %d: %v", name, n, err)
			}
			// The key is renewed in time, and also if it ends before its time.
			if n == 0 {
				issuer.Advance(56 * time.Minute)
			}
			issuer.Revoke()
		}
		if issued := issuer.Issued() - before; issued != 3 {
			t.Errorf("%s: %d keys were fetched, want one each time", name, issued)
		}
		issuer.Fail(awstest.AlwaysDown)
		issuer.Revoke()
		_, err := s.List(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), "answered 503") {
			t.Errorf("%s: List returned %v", name, err)
		}
		issuer.Fail(0)
	}
}

func TestStore_keepsAskingForKeysWhileTheServiceIsOverloaded(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	p, address := proxy(t)
	for name, setup := range awstest.Setups(t, issuer) {
		s := openWith(t, address, issuer, setup)
		issuer.Fail(maxTries - 1)
		if _, err := s.List(t.Context(), ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := p.Requests()[http.MethodGet]; got != 2*6 { // The format, and the listing.
		t.Errorf("the bucket saw %d requests; none may be sent without keys", got)
	}
}

// The proxy of these tests checks signatures.
func TestStore_namesAWrongKeyOfARole(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	issuer.SecretAccessKey = "wrong"
	_, address := proxy(t)
	_, err := openWith(t, address, issuer, awstest.Setups(t, issuer)["machine"]).List(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "SignatureDoesNotMatch") {
		t.Errorf("List returned %v", err)
	}
}
