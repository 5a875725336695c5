package awskeys_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awskeys"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awskeys/awstest"
)

func TestMain(m *testing.M) {
	// No test may use the files of the person who runs it.
	for _, name := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"} {
		_ = os.Setenv(name, os.DevNull+"/none")
	}
	os.Exit(m.Run())
}

func newIssuer() *awstest.Issuer {
	return &awstest.Issuer{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "key-secret", Validity: time.Hour}
}

// newKeys returns the keys of a setup, and what its client logs.
func newKeys(t *testing.T, issuer *awstest.Issuer, setup awstest.Setup) (*awskeys.Keys, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	client, err := api.NewHTTPClient(api.TransportConfig{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return awskeys.New(awskeys.Config{HTTPClient: client, Getenv: setup.Getenv, Region: "eu-central-1", Now: issuer.Now}), &log
}

func TestKeys_areFetchedOnceForManyCallers(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	for name, setup := range awstest.Setups(t, issuer) {
		before := issuer.Issued()
		keys, log := newKeys(t, issuer, setup)
		want := awskeys.Value{
			AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "key-secret",
			SessionToken: issuer.Session(before + 1), Expires: issuer.Now().Add(time.Hour).Truncate(time.Second),
		}
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				if got, err := keys.Get(t.Context()); got != want || err != nil {
					t.Errorf("%s: %+v (%v), want %+v", name, got, err, want)
				}
			})
		}
		callers.Wait()
		if issued := issuer.Issued() - before; issued != 1 {
			t.Errorf("%s: %d keys were fetched", name, issued)
		}
		assertNoSecret(t, name, setup, log.String())
	}
}

func assertNoSecret(t *testing.T, name string, setup awstest.Setup, text string) {
	t.Helper()
	for _, secret := range append(setup.Secrets, "key-secret", "session-secret") {
		if strings.Contains(text, secret) {
			t.Errorf("%s: %q shows %q", name, text, secret)
		}
	}
}

func TestKeys_areRenewedBeforeTheyExpire(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	for name, setup := range awstest.Setups(t, issuer) {
		keys, _ := newKeys(t, issuer, setup)
		first := get(t, keys)
		issuer.Advance(54 * time.Minute)
		if again := get(t, keys); again != first {
			t.Errorf("%s: the key was renewed 6 minutes before its end", name)
		}
		issuer.Advance(2 * time.Minute)
		second := get(t, keys)
		if second.SessionToken == first.SessionToken {
			t.Errorf("%s: the key was not renewed 4 minutes before its end", name)
		}

		// The service stops: the old key is used to its end, and no longer.
		issuer.Fail(awstest.AlwaysDown)
		issuer.Advance(59 * time.Minute)
		if again := get(t, keys); again != second {
			t.Errorf("%s: the key was not kept, although it is valid", name)
		}
		issuer.Advance(2 * time.Minute)
		_, err := keys.Get(t.Context())
		if err == nil || !strings.Contains(err.Error(), "answered 503") {
			t.Errorf("%s: Get returned %v", name, err)
		} else {
			assertNoSecret(t, name, setup, err.Error())
		}
		issuer.Fail(0)
		if third := get(t, keys); third == second {
			t.Errorf("%s: the key was not renewed when the service was back", name)
		}
	}
}

func get(t *testing.T, keys *awskeys.Keys) awskeys.Value {
	t.Helper()
	value, err := keys.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestKeys_ofMinutesAreNotRenewedAllTheTime(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	issuer.Validity = 2 * time.Minute
	keys, _ := newKeys(t, issuer, awstest.Setups(t, issuer)["machine"])
	first := get(t, keys)
	issuer.Advance(90 * time.Second)
	if get(t, keys) != first {
		t.Error("the key was renewed although a quarter of its time is left")
	}
	issuer.Advance(10 * time.Second)
	if get(t, keys) == first {
		t.Error("the key was not renewed")
	}
}

func TestKeys_Get_endsWithTheContext(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}, 10), make(chan struct{})
	t.Cleanup(func() { close(release) })
	hangs := roundTripper(func(r *http.Request) (*http.Response, error) {
		asked <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-release:
		}
		return nil, context.Cause(r.Context())
	})
	setup := awstest.Setups(t, newIssuer())["web identity"]
	keys := awskeys.New(awskeys.Config{HTTPClient: &http.Client{Transport: hangs}, Getenv: setup.Getenv})
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	for range 2 { // The second waits for the first.
		callers.Go(func() {
			if _, err := keys.Get(ctx); err == nil || !strings.Contains(err.Error(), "no credentials for the bucket") {
				t.Errorf("Get returned %v", err)
			}
		})
	}
	<-asked
	cancel()
	callers.Wait()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
