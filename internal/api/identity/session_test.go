package identity_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

var password = gophercloud.AuthOptions{
	Username: identitytest.User, Password: identitytest.Password, DomainName: identitytest.Domain,
	Scope: &gophercloud.AuthScope{ProjectID: identitytest.ProjectID},
}

var whoami = api.Call{Method: http.MethodPost, Path: "/whoami", Body: map[string]string{"ask": "who"}}

func parse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func newSession(t *testing.T, cloud *identitytest.Server, options gophercloud.AuthOptions) *identity.Session {
	t.Helper()
	plain, err := api.NewHTTPClient(api.TransportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return identity.NewSession(identity.SessionConfig{Service: "keystone", Endpoint: parse(t, cloud.URL+"/v3/"), HTTP: plain, Options: options})
}

// newClient returns a client of a service that only authenticates.
func newClient(t *testing.T, cloud *identitytest.Server, credentials identity.Credentials) *identity.Client {
	t.Helper()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Date", cloud.Now().UTC().Format(http.TimeFormat))
		var signature identitytest.SignatureError
		switch err := cloud.Authenticate(r, body); {
		case errors.As(err, &signature):
			identitytest.GatewayFault(w, http.StatusUnauthorized, "APIGW.0301", signature.Error())
		case err != nil:
			identitytest.Fault(w, http.StatusUnauthorized, "Unauthorized", err.Error())
		default:
			_, _ = w.Write(body)
		}
	}))
	t.Cleanup(service.Close)
	wrapped, err := api.NewHTTPClient(api.TransportConfig{Wrap: credentials.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	return &identity.Client{
		API:         api.Client{Service: "nova", Endpoint: parse(t, service.URL), HTTP: wrapped},
		Credentials: credentials,
	}
}

// ask returns the error that a client of a service would return.
func ask(ctx context.Context, client *identity.Client) error {
	answer, err := client.Send(ctx, whoami)
	if err != nil {
		return err
	}
	if answer.Status != http.StatusOK {
		return client.ServiceError(whoami, answer)
	}
	if string(answer.Body) != `{"ask":"who"}` {
		return client.MalformedResponse(whoami, answer, "the body was not sent completely")
	}
	return nil
}

func TestSession_authMethods(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]gophercloud.AuthOptions{
		"password and project id": password,
		"password and project name": {
			Username: identitytest.User, Password: identitytest.Password, DomainName: identitytest.Domain,
			Scope: &gophercloud.AuthScope{ProjectName: identitytest.Project, DomainName: identitytest.Domain},
		},
		"user id": {
			UserID: identitytest.UserID, Password: identitytest.Password,
			Scope: &gophercloud.AuthScope{ProjectID: identitytest.ProjectID},
		},
		"application credential by id": {
			ApplicationCredentialID: identitytest.CredentialID, ApplicationCredentialSecret: identitytest.CredentialSecret,
		},
		"application credential by name": {
			ApplicationCredentialName: identitytest.Credential, ApplicationCredentialSecret: identitytest.CredentialSecret,
			Username: identitytest.User, DomainName: identitytest.Domain,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := identitytest.Start(t)
			session := newSession(t, cloud, options)
			if err := ask(t.Context(), newClient(t, cloud, session)); err != nil {
				t.Fatal(err)
			}
			if project, err := session.Project(t.Context()); err != nil || project != identitytest.ProjectID {
				t.Errorf("project %q, %v", project, err)
			}
			if got := cloud.Logins(); got != 1 {
				t.Errorf("%d logins, want 1", got)
			}
		})
	}
}

// Twenty concurrent calls, without a token and with an expired one, lead to one
// login each.
func TestSession_logsInOnce(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	client := newClient(t, cloud, newSession(t, cloud, password))
	for want := 1; want <= 3; want++ {
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if err := ask(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got := cloud.Logins(); got != want {
			t.Fatalf("%d logins, want %d", got, want)
		}
		cloud.Revoke()
	}
}

func TestSession_expiry(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	client := newClient(t, cloud, newSession(t, cloud, password))
	if err := ask(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	cloud.SetClock(25 * time.Hour)
	if err := ask(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	// A service that also refuses new tokens is not called without end.
	cloud.SetTokenLife(-time.Hour)
	cloud.Revoke()
	var e *api.Error
	if err := ask(t.Context(), client); !errors.As(err, &e) || !errors.Is(err, api.ErrDenied) || !strings.Contains(e.Hint, "refuses a new token") {
		t.Fatalf("error %#v", err)
	}
	if got := cloud.Logins(); got != 3 {
		t.Errorf("%d logins, want 3", got)
	}
}

// A cloud may lock a user after a few wrong passwords, so the session tries
// only once.
func TestSession_wrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	options := password
	options.Password = "wrong-Passw0rd"
	client := newClient(t, cloud, newSession(t, cloud, options))
	for range 3 {
		var e *api.Error
		err := ask(t.Context(), client)
		if !errors.As(err, &e) || !errors.Is(err, api.ErrDenied) {
			t.Fatalf("error %v", err)
		}
		if e.Service != "keystone" || e.Operation != "POST /v3/auth/tokens" || e.Status != 401 || e.Code != "Unauthorized" {
			t.Errorf("error %#v", e)
		}
	}
	if got := len(cloud.Requests()); got != 1 {
		t.Errorf("%d logins tried, want 1", got)
	}
}

func TestSession_faultsOfTheIdentityService(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"html":      {identitytest.Body(503, "text/html", "<html>Service Unavailable</html>"), "HTTP 503: the answer is not an error in the form of this service; it begins: <html>Service Unavailable</html>"},
		"no token":  {identitytest.Body(201, "application/json", `{"token":{"id":"secret-token"}}`), "lacks the header X-Subject-Token"},
		"half":      {identitytest.Body(201, "application/json", `{"token":{"id":"secret-token"`), "not the JSON of a token"},
		"redirect":  {identitytest.Redirect("https://elsewhere.example.com/login"), "redirect to https://elsewhere.example.com"},
		"echo":      {identitytest.Body(400, "application/json", `{"error":{"code":400,"title":"Bad Request","message":"not `+identitytest.Password+`"}}`), "not ***"},
		"own codes": {identitytest.Body(403, "application/json", `{"error_code":"IAM.0002","error_msg":"no"}`), "HTTP 403: code IAM.0002: no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := identitytest.Start(t)
			cloud.Answer(tt.answer)
			err := ask(t.Context(), newClient(t, cloud, newSession(t, cloud, password)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v\nwant  %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "secret-token") || strings.Contains(err.Error(), identitytest.Password) {
				t.Errorf("the error contains a secret: %v", err)
			}
		})
	}
}

// One of the calls that wait for a login ends; the login continues for the others.
func TestSession_firstCallerEnds(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	reached, release := make(chan struct{}), make(chan struct{})
	cloud.Answer(func(w http.ResponseWriter, r *http.Request) {
		close(reached)
		<-release
		w.Header().Set("X-Subject-Token", cloud.Issue())
		identitytest.Body(201, "application/json", `{"token":{}}`)(w, r)
	})
	client := newClient(t, cloud, newSession(t, cloud, password))
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- ask(ctx, client) }()
	<-reached
	go func() { second <- ask(t.Context(), client) }()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first caller: %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("the second caller: %v", err)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	client := newClient(t, cloud, identity.NewToken(cloud.Issue()))
	if err := ask(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	cloud.Revoke()
	var e *api.Error
	if err := ask(t.Context(), client); !errors.As(err, &e) || !errors.Is(err, api.ErrDenied) || !strings.Contains(e.Hint, "the provider cannot renew it") {
		t.Fatalf("error %#v", err)
	}
	if got := len(cloud.Requests()); got != 0 {
		t.Errorf("%d requests to the identity service, want 0", got)
	}
}

func TestSigner_accepted(t *testing.T) {
	t.Parallel()
	permanent := identity.Signer{AccessKey: identitytest.AccessKey, SecretKey: identitytest.SecretKey, ProjectID: identitytest.ProjectID}
	temporary := identity.Signer{
		AccessKey: identitytest.TemporaryKey, SecretKey: identitytest.TemporarySecret,
		SecurityToken: identitytest.SecurityToken, ProjectID: identitytest.ProjectID,
	}
	wrong, bare := permanent, temporary
	wrong.SecretKey, bare.SecurityToken = "wrong", ""
	for name, tt := range map[string]struct {
		signer identity.Signer
		clock  time.Duration
		want   string
	}{
		"permanent":              {signer: permanent},
		"temporary":              {signer: temporary},
		"fourteen minutes apart": {signer: permanent, clock: 14 * time.Minute},
		"wrong secret":           {signer: wrong, want: "Check access_key and secret_key"},
		"no security token":      {signer: bare, want: "comes with its security_token"},
		"clock behind":           {signer: permanent, clock: time.Hour, want: "The clock of this machine is 1h0m0s behind the clock of the service"},
		"clock ahead":            {signer: permanent, clock: -time.Hour, want: "The clock of this machine is 1h0m0s ahead of the clock of the service"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := identitytest.Start(t)
			cloud.SetClock(tt.clock)
			err := ask(t.Context(), newClient(t, cloud, &tt.signer))
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *api.Error
			if !errors.As(err, &e) || !errors.Is(err, api.ErrDenied) || e.Code != "APIGW.0301" || !strings.Contains(e.Hint, tt.want) {
				t.Fatalf("error %#v", err)
			}
		})
	}
}
