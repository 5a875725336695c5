package awskeys_test

import (
	"context"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awskeys"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awskeys/awstest"
)

func TestKeys_sayWhatToSet(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	setups := awstest.Setups(t, issuer)
	noRole := httptest.NewServer(&awstest.Machine{Issuer: issuer})
	refused := httptest.NewServer(&awstest.Machine{Issuer: issuer, Role: "inbox", Code: "AssumeRoleUnauthorizedAccess"})
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>key-secret")) }))
	t.Cleanup(noRole.Close)
	t.Cleanup(refused.Close)
	t.Cleanup(html.Close)
	missing := filepath.Join(t.TempDir(), "missing")
	for name, c := range map[string]struct {
		setup   string
		changes map[string]string
		want    string
	}{
		"secret without id":          {"", map[string]string{"AWS_SECRET_ACCESS_KEY": "key-secret"}, "AWS_ACCESS_KEY_ID is not; set both"},
		"id without secret":          {"machine", map[string]string{"AWS_ACCESS_KEY_ID": "a"}, "AWS_SECRET_ACCESS_KEY is not; set both"},
		"web identity without role":  {"web identity", map[string]string{"AWS_ROLE_ARN": ""}, "AWS_ROLE_ARN is not set"},
		"no token file":              {"web identity", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": missing}, "the file in AWS_WEB_IDENTITY_TOKEN_FILE cannot be read"},
		"another role":               {"web identity", map[string]string{"AWS_ROLE_ARN": "arn:aws:iam::1:role/other"}, "the role arn:aws:iam::1:role/other cannot be assumed: 127.0.0.1"},
		"refused role":               {"web identity", map[string]string{"AWS_ROLE_ARN": "arn:aws:iam::1:role/other"}, "answered 403: AccessDenied: Not authorized to perform"},
		"expired token":              {"web identity", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": write(t, "expired")}, "answered 400: ExpiredTokenException: Token expired"},
		"no STS":                     {"web identity", map[string]string{"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}, "no answer from 127.0.0.1:1: dial tcp"},
		"no STS but a page":          {"web identity", map[string]string{"AWS_ENDPOINT_URL_STS": html.URL}, "the answer cannot be read"},
		"container without token":    {"container with a token", map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN": "other"}, "answered 401: AccessDeniedException: Unauthorized"},
		"no container token file":    {"EKS Pod Identity", map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": missing}, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read"},
		"container token of lines":   {"EKS Pod Identity", map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": write(t, "a\nb")}, "must be one line"},
		"container elsewhere":        {"ECS", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/path-secret"}, "names the host example.com, which is not a part of this machine"},
		"container no URL":           {"ECS", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "path-secret"}, "must be a URL"},
		"container that is no agent": {"ECS", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": html.URL}, "the answer cannot be read"},
		"no container":               {"ECS", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:1/path-secret"}, "no answer from localhost:1"},
		"machine without role":       {"machine", map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": noRole.URL}, "role of the machine (the machine has no role). Set AWS_ACCESS_KEY_ID"},
		"refused machine":            {"machine", map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": refused.URL}, "AssumeRoleUnauthorizedAccess: EC2 cannot assume the role"},
		"no machine": {
			"machine",
			map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"},
			"Tried: environment (AWS_ACCESS_KEY_ID is not set), web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set), profile \"default\" (",
		},
		"switched off":     {"machine", map[string]string{"AWS_EC2_METADATA_DISABLED": "TRUE"}, "AWS_EC2_METADATA_DISABLED is set"},
		"no first version": {"machine without tokens", map[string]string{"AWS_EC2_METADATA_V1_DISABLED": "true"}, "answered 404"},
		"no such profile":  {"machine", map[string]string{"AWS_PROFILE": "no-such-profile"}, `from the profile "no-such-profile"`},
	} {
		setup := setups[c.setup]
		environment := maps.Clone(setup.Environment)
		if environment == nil {
			environment = map[string]string{}
		}
		maps.Copy(environment, c.changes)
		setup.Environment = environment
		keys, log := newKeys(t, issuer, setup)
		_, err := keys.Get(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Get returned %v, want %q", name, err, c.want)
			continue
		}
		assertNoSecret(t, name, setup, err.Error()+log.String())
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

// A key that nobody has is not asked for again and again; a service that is
// overloaded is.
func TestError_Temporary(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	setups := awstest.Setups(t, issuer)
	issuer.Fail(awstest.AlwaysDown)
	setups["nowhere"] = awstest.Setup{Environment: map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"}}
	for name, setup := range setups {
		keys, _ := newKeys(t, issuer, setup)
		_, err := keys.Get(t.Context())
		failed, ok := errors.AsType[*awskeys.Error](err)
		if !ok || failed.Temporary() != (name != "nowhere") {
			t.Errorf("%s: Get returned %v, temporary: %v", name, err, ok && failed.Temporary())
		}
	}
}

// The answer of STS is a secret, and a login is never repeated by net/http.
func TestKeys_askSTSOverHTTP1Only(t *testing.T) {
	t.Parallel()
	issuer := newIssuer()
	setup := awstest.Setups(t, issuer)["web identity"]
	sts := &awstest.STS{Issuer: issuer, Role: setup.Getenv("AWS_ROLE_ARN"), Token: "web-identity-secret"}
	server := httptest.NewUnstartedServer(sts)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	setup.Environment["AWS_ENDPOINT_URL_STS"] = server.URL

	client, err := api.NewHTTPClient(api.TransportConfig{CACertificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	keys := awskeys.New(awskeys.Config{HTTPClient: client, Getenv: setup.Getenv, Now: issuer.Now})
	if _, err := keys.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A client that may speak HTTP/2 does, so the test would notice.
	if _, err := awskeys.New(awskeys.Config{HTTPClient: server.Client(), Getenv: setup.Getenv}).Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(sts.Protocols(), " "); got != "HTTP/1.1 HTTP/2.0" {
		t.Errorf("STS was asked over %s", got)
	}
}

func TestKeys_askSTSInTheRegion(t *testing.T) {
	t.Parallel()
	for want, environment := range map[string]map[string]string{
		"https://sts.eu-central-1.amazonaws.com/": {},
		"https://sts.us-west-2.amazonaws.com/":    {"AWS_DEFAULT_REGION": "us-west-2"},
		"https://sts.cn-north-1.amazonaws.com.cn/": {
			"AWS_DEFAULT_REGION": "us-west-2", "AWS_REGION": "cn-north-1",
		},
		"https://sts.example.com/": {"AWS_ENDPOINT_URL_STS": "https://sts.example.com"},
	} {
		environment["AWS_WEB_IDENTITY_TOKEN_FILE"], environment["AWS_ROLE_ARN"] = write(t, "x"), "arn"
		var asked *url.URL
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			asked = r.URL
			return nil, context.Canceled
		})}
		_, err := awskeys.New(awskeys.Config{HTTPClient: client, Region: "eu-central-1", Getenv: awstest.Setup{Environment: environment}.Getenv}).Get(t.Context())
		if err == nil || asked.String() != want {
			t.Errorf("%s was asked (%v), want %s", asked, err, want)
		}
	}
}
