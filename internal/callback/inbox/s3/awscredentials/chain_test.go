package awscredentials_test

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials/awstest"
)

func TestError_saysWhatToSet(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	setups := awstest.Setups(t, issuer)
	noRole := httptest.NewServer(&awstest.Machine{Issuer: issuer})
	refused := httptest.NewServer(&awstest.Machine{Issuer: issuer, Role: "inbox", Code: "AssumeRoleUnauthorizedAccess"})
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>key-secret")) }))
	t.Cleanup(noRole.Close)
	t.Cleanup(refused.Close)
	t.Cleanup(html.Close)
	missing := filepath.Join(t.TempDir(), "missing")
	for name, c := range map[string]struct { //nolint:paralleltest // See above.
		setup   string
		changes map[string]string
		want    string
	}{
		"secret without id":       {"", map[string]string{"AWS_SECRET_ACCESS_KEY": "key-secret"}, "from the environment: set both"},
		"id without secret":       {"machine", map[string]string{"AWS_ACCESS_KEY_ID": "a"}, "from the environment: set both"},
		"no token file":           {"web identity", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": missing}, "from the web identity: open " + missing},
		"another role":            {"web identity", map[string]string{"AWS_ROLE_ARN": "arn:aws:iam::1:role/other"}, "from the web identity: Not authorized to perform"},
		"expired token":           {"web identity", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": write(t, "expired")}, "from the web identity: Token expired"},
		"no STS":                  {"web identity", map[string]string{"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}, "no answer from 127.0.0.1:1: dial tcp"},
		"container without token": {"container with a token", map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN": "other"}, "from the role of the container: 401 Unauthorized"},
		"no container token file": {"EKS Pod Identity", map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": missing}, missing},
		"container elsewhere":     {"ECS", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/path-secret"}, "not a loopback address"},
		"no container agent":      {"ECS", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": html.URL}, "from the role of the container: invalid character"},
		"no container":            {"ECS", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:1/path-secret"}, "no answer from localhost:1"},
		"machine without role":    {"machine", map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": noRole.URL}, "role of the machine (404 Not Found): set AWS_ACCESS_KEY_ID"},
		"refused machine":         {"machine", map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": refused.URL}, "role of the machine (EC2 cannot assume the role)"},
		"no machine": {
			"machine",
			map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"},
			"Tried: environment (AWS_ACCESS_KEY_ID is not set), web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set), profile \"default\" (",
		},
		"switched off":    {"machine", map[string]string{"AWS_EC2_METADATA_DISABLED": "TRUE"}, "role of the container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set): set"},
		"no such profile": {"machine", map[string]string{"AWS_PROFILE": "no-such-profile"}, `from the profile "no-such-profile"`},
	} {
		t.Run(name, func(t *testing.T) {
			setup := setups[c.setup]
			setup.Use(t)
			awstest.Setup{Environment: c.changes}.Use(t)
			found, log := find(t, issuer)
			_, err := get(t, found)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			assertNoSecret(t, setup, err.Error()+log.String())
		})
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A machine without a role is a permanent error. An overloaded service is a
// temporary one.
func TestError_Temporary(t *testing.T) { //nolint:paralleltest // It sets the environment.
	issuer := newIssuer()
	setups := awstest.Setups(t, issuer)
	issuer.Fail(awstest.AlwaysDown)
	setups["nowhere"] = awstest.Setup{Environment: map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"}}
	for name, setup := range setups { //nolint:paralleltest // See above.
		t.Run(name, func(t *testing.T) {
			setup.Use(t)
			found, _ := find(t, issuer)
			_, err := get(t, found)
			failed, ok := errors.AsType[*awscredentials.Error](err)
			if !ok || failed.Temporary() != (name != "nowhere") {
				t.Errorf("got %v, temporary: %v", err, ok && failed.Temporary())
			}
		})
	}
}

// The answer of STS is a secret, and net/http must not repeat a login.
func TestCredentials_stsOverHTTP1(t *testing.T) {
	issuer := newIssuer()
	setup := awstest.Setups(t, issuer)["web identity"]
	setup.Use(t)
	sts := &awstest.STS{Issuer: issuer, Role: os.Getenv("AWS_ROLE_ARN"), Token: "web-identity-secret"}
	server := httptest.NewUnstartedServer(sts)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)

	client, err := api.NewHTTPClient(api.TransportConfig{CACertificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	mustGet(t, awscredentials.New(awscredentials.Config{HTTPClient: client, Now: issuer.Now}))
	// Control: a client that may use HTTP/2 does so.
	mustGet(t, awscredentials.New(awscredentials.Config{HTTPClient: server.Client()}))
	if got := strings.Join(sts.Protocols(), " "); got != "HTTP/1.1 HTTP/2.0" {
		t.Errorf("STS was asked over %s", got)
	}
}

func TestCredentials_stsRegion(t *testing.T) {
	for want, environment := range map[string]map[string]string{
		"https://sts.eu-central-1.amazonaws.com":  {},
		"https://sts.us-west-2.amazonaws.com":     {"AWS_REGION": "us-west-2"},
		"https://sts.cn-north-1.amazonaws.com.cn": {"AWS_REGION": "cn-north-1"},
		"https://sts.example.com":                 {"AWS_ENDPOINT_URL_STS": "https://sts.example.com"},
	} {
		t.Run(want, func(t *testing.T) {
			awstest.Setup{Environment: environment}.Use(t)
			t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", write(t, "x"))
			var asked *url.URL
			client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				asked = r.URL
				return nil, context.Canceled
			})}
			if _, err := get(t, awscredentials.New(awscredentials.Config{HTTPClient: client, Region: "eu-central-1"})); err == nil || asked.String() != want {
				t.Errorf("%s was asked (%v)", asked, err)
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
