package awscredentials_test

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials/awstest"
)

func TestMain(m *testing.M) {
	// No test may use the credentials and files of the developer.
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	for _, name := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"} {
		_ = os.Setenv(name, os.DevNull+"/none")
	}
	os.Exit(m.Run())
}

func newIssuer() *awstest.Issuer {
	return &awstest.Issuer{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "key-secret", Validity: time.Hour}
}

// find returns the credentials of the environment, and what the client logs.
func find(t *testing.T, issuer *awstest.Issuer) (*credentials.Credentials, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	client, err := api.NewHTTPClient(api.TransportConfig{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return awscredentials.New(awscredentials.Config{HTTPClient: client, Region: "eu-central-1", Now: issuer.Now}), &log
}

func get(t *testing.T, c *credentials.Credentials) (credentials.Value, error) {
	t.Helper()
	return c.GetWithContext(&credentials.CredContext{Context: t.Context()})
}

func mustGet(t *testing.T, c *credentials.Credentials) credentials.Value {
	t.Helper()
	value, err := get(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func assertNoSecret(t *testing.T, setup awstest.Setup, text string) {
	t.Helper()
	for _, secret := range append(setup.Secrets, "key-secret", "session-secret") {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows %q", text, secret)
		}
	}
}

func TestCredentials_concurrentCallers(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	for name, setup := range awstest.Setups(t, issuer) { //nolint:paralleltest // See above.
		t.Run(name, func(t *testing.T) {
			setup.Use(t)
			before := issuer.Issued()
			found, log := find(t, issuer)
			want := credentials.Value{
				AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "key-secret", SignerType: credentials.SignatureV4,
				SessionToken: issuer.Session(before + 1), Expiration: issuer.Now().Add(time.Hour).Truncate(time.Second),
			}
			var callers sync.WaitGroup
			for range 20 {
				callers.Go(func() {
					if got, err := get(t, found); got != want || err != nil {
						t.Errorf("%+v (%v), want %+v", got, err, want)
					}
				})
			}
			callers.Wait()
			if issued := issuer.Issued() - before; issued != 1 {
				t.Errorf("credentials were fetched %d times", issued)
			}
			assertNoSecret(t, setup, log.String())
		})
	}
}

func TestCredentials_areRenewedBeforeTheyExpire(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	for name, setup := range awstest.Setups(t, issuer) { //nolint:paralleltest // See above.
		t.Run(name, func(t *testing.T) {
			setup.Use(t)
			found, _ := find(t, issuer)
			first := mustGet(t, found)
			issuer.Advance(47 * time.Minute)
			if again := mustGet(t, found); again != first {
				t.Error("they were renewed 13 minutes before their end")
			}
			issuer.Advance(2 * time.Minute)
			second := mustGet(t, found)
			if second.SessionToken == first.SessionToken {
				t.Error("they were not renewed 11 minutes before their end")
			}

			// When the service stops, the old credentials are used until they
			// expire.
			issuer.Fail(awstest.AlwaysDown)
			defer issuer.Fail(0)
			issuer.Advance(59 * time.Minute)
			if again := mustGet(t, found); again != second {
				t.Error("they were not kept, although they are valid")
			}
			issuer.Advance(2 * time.Minute)
			_, err := get(t, found)
			if err == nil {
				t.Fatal("they were kept, although they have expired")
			}
			assertNoSecret(t, setup, err.Error())
			issuer.Fail(0)
			if third := mustGet(t, found); third == second {
				t.Error("they were not renewed when the service was back")
			}
		})
	}
}

// Credentials that the service has refused are not used again.
func TestCredentials_refused(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	setup := awstest.Setups(t, issuer)["machine"]
	setup.Use(t)
	found, _ := find(t, issuer)
	first := mustGet(t, found)
	found.Expire()
	issuer.Fail(awstest.AlwaysDown)
	for range 2 {
		if got, err := get(t, found); err == nil {
			t.Errorf("got %+v", got)
		}
	}
	issuer.Fail(0)
	if got := mustGet(t, found); got.SessionToken == first.SessionToken {
		t.Error("they were not renewed")
	}
}
