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
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials/awstest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

func newIssuer() *awstest.Issuer {
	return &awstest.Issuer{AccessKeyID: s3test.AccessKey, SecretAccessKey: s3test.SecretKey, Validity: time.Hour}
}

func openWith(t *testing.T, address string, issuer *awstest.Issuer, setup awstest.Setup) *Store {
	t.Helper()
	client := &http.Client{Transport: newTransport(t)}
	setup.Use(t)
	found := awscredentials.New(awscredentials.Config{HTTPClient: client, Now: issuer.Now})
	s, err := New(Config{Address: address, HTTPClient: client, Credentials: found, Pause: time.Millisecond})
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

func TestStore_usesTheCredentialsOfARole(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	for name, setup := range awstest.Setups(t, issuer) { //nolint:paralleltest // See above.
		t.Run(name, func(t *testing.T) {
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
					t.Errorf("credentials %d: %v", n, err)
				}
				// They are renewed before they expire, and also if they are
				// revoked.
				if n == 0 {
					issuer.Advance(50 * time.Minute)
				}
				issuer.Revoke()
			}
			if issued := issuer.Issued() - before; issued != 3 {
				t.Errorf("credentials were fetched %d times, want once each time", issued)
			}
			issuer.Fail(awstest.AlwaysDown)
			defer issuer.Fail(0)
			issuer.Revoke()
			_, err := s.List(t.Context(), "")
			if err == nil || !strings.Contains(err.Error(), "no credentials for the bucket") {
				t.Errorf("List returned %v", err)
			}
		})
	}
}

func TestStore_retriesCredentials(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	for name, setup := range awstest.Setups(t, issuer) { //nolint:paralleltest // See above.
		t.Run(name, func(t *testing.T) {
			p, address := proxy(t)
			s := openWith(t, address, issuer, setup)
			issuer.Fail(inbox.MaxTries - 1)
			if _, err := s.List(t.Context(), ""); err != nil {
				t.Error(err)
			}
			if got := p.Requests()[http.MethodGet]; got != 2 { // The format, and the listing.
				t.Errorf("the bucket saw %d requests; none may be sent without credentials", got)
			}
		})
	}
}

// The proxy of these tests checks signatures.
func TestStore_wrongKeyOfARole(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	issuer.SecretAccessKey = "wrong"
	_, address := proxy(t)
	_, err := openWith(t, address, issuer, awstest.Setups(t, issuer)["machine"]).List(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "SignatureDoesNotMatch") {
		t.Errorf("List returned %v", err)
	}
}
