package identity_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

func TestSession_Endpoint(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	cloud.AddEndpoint(identitytest.Endpoint{Type: "identity", Interface: "public", Region: "one", URL: "https://keystone.example.com/v3"})
	cloud.AddEndpoint(identitytest.Endpoint{Type: "compute", Interface: "internal", Region: "one", URL: "https://nova.internal.example.com/v2.1"})
	cloud.AddEndpoint(identitytest.Endpoint{Type: "compute", Interface: "public", Region: "one", URL: "https://nova.one.example.com/v2.1"})
	cloud.AddEndpoint(identitytest.Endpoint{Type: "compute", Interface: "public", Region: "two", URL: "https://nova.two.example.com/v2.1"})
	cloud.AddEndpoint(identitytest.Endpoint{Type: "volume", Interface: "public", Region: "one", URL: "nonsense"})
	token := cloud.Issue()
	for name, options := range map[string]gophercloud.AuthOptions{"login": password, "token": {TokenID: token}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			session := newSession(t, cloud, options)
			for _, tt := range []struct{ service, region, iface, want, wantErr string }{
				{"compute", "one", "public", "https://nova.one.example.com/v2.1", ""},
				{"compute", "two", "public", "https://nova.two.example.com/v2.1", ""},
				{"compute", "", "public", "https://nova.one.example.com/v2.1", ""},
				{"compute", "one", "internal", "https://nova.internal.example.com/v2.1", ""},
				{"compute", "three", "public", "", `no public endpoint of the type "compute" in the region "three"; it lists internal in "one", public in "one", public in "two"`},
				{"network", "one", "public", "", `no service of the type "network"; set network_endpoint`},
				{"volume", "one", "public", "", `lists "nonsense" for volume: it must begin with https://`},
			} {
				got, err := session.Endpoint(t.Context(), tt.service, tt.region, tt.iface)
				if tt.wantErr != "" {
					if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
						t.Errorf("%s in %q: %v\nwant %s", tt.service, tt.region, err, tt.wantErr)
					}
					continue
				}
				if err != nil || got.String() != tt.want {
					t.Errorf("%s in %q: %v, %v", tt.service, tt.region, got, err)
				}
			}
		})
	}
}

func TestSession_unscoped(t *testing.T) {
	t.Parallel()
	options := password
	options.Scope = nil
	session := newSession(t, identitytest.Start(t), options)
	if _, err := session.Project(t.Context()); err == nil || !strings.Contains(err.Error(), "not scoped to a project") {
		t.Errorf("error %v", err)
	}
}

func TestSession_unscopedTokenHasNoCatalog(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	cloud.AddEndpoint(identitytest.Endpoint{Type: "compute", Interface: "public", Region: "one", URL: "https://nova.example.com/v2.1"})
	session := newSession(t, cloud, gophercloud.AuthOptions{TokenID: cloud.IssueUnscoped()})
	_, err := session.Endpoint(t.Context(), "compute", "", "public")
	want := "keystone: GET /v3/auth/tokens: the token is not scoped to a project, so it has no catalog of services. Set the token of a project, or set compute_endpoint"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

// Keystone gives the same answer to each of these, so the error contains the
// user and the project.
func TestSession_refusedLogin(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]gophercloud.AuthOptions{
		`log in as the user "eve" in the domain "acme", for the project with the ID "0e69423d4400f4a82f67c0059a1e4cc8". Check each of them and the password.`: {
			Username: "eve", Password: "x", DomainName: "acme", Scope: password.Scope,
		},
		`log in as the user with the ID "e1", for the project "demo" in the domain with the ID "default".`: {
			UserID: "e1", Password: "x", Scope: &gophercloud.AuthScope{ProjectName: "demo", DomainID: "default"},
		},
		`log in with the application credential with the ID "c1". Check that it exists and has not expired, and check its secret.`: {
			ApplicationCredentialID: "c1", ApplicationCredentialSecret: "x",
		},
		`log in with the application credential "ci" of the user "ada" in the domain "acme".`: {
			ApplicationCredentialName: "ci", ApplicationCredentialSecret: "x", Username: "ada", DomainName: "acme",
		},
	} {
		cloud := identitytest.Start(t)
		_, err := newSession(t, cloud, options).Project(t.Context())
		var e *api.Error
		if !errors.As(err, &e) || e.Status != http.StatusUnauthorized || !strings.Contains(e.Hint, want) || e.Address != cloud.URL {
			t.Errorf("error %#v\nwant %s", err, want)
		}
	}
}

func TestSession_loginTimeout(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	cloud.Answer(func(http.ResponseWriter, *http.Request) { <-release })
	cause := errors.New("time is up")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, cause)
	defer cancel()
	err := ask(ctx, newClient(t, cloud, newSession(t, cloud, password)))
	var e *api.Error
	if !errors.As(err, &e) || !errors.Is(err, cause) || e.Service != "keystone" || e.Operation != "POST /v3/auth/tokens" || e.Address != cloud.URL {
		t.Errorf("error %#v", err)
	}
}

func TestSession_accessRules(t *testing.T) {
	t.Parallel()
	cloud := identitytest.Start(t)
	cloud.SetAccessRules(identitytest.AccessRule{Method: http.MethodPost, Path: "/whoami"})
	options := gophercloud.AuthOptions{ApplicationCredentialID: identitytest.CredentialID, ApplicationCredentialSecret: identitytest.CredentialSecret}
	client := newClient(t, cloud, newSession(t, cloud, options))
	if err := ask(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	cloud.SetAccessRules(identitytest.AccessRule{Method: http.MethodGet, Path: "/whoami"})
	cloud.Revoke()
	var e *api.Error
	if err := ask(t.Context(), client); !errors.As(err, &e) || !strings.Contains(e.Hint, "access rules, and none of them allows this call") {
		t.Errorf("error %#v", err)
	}
}

func TestSession_expiredTokenHasNoCatalog(t *testing.T) {
	t.Parallel()
	session := newSession(t, identitytest.Start(t), gophercloud.AuthOptions{TokenID: "gAAAA-long-gone"})
	_, err := session.Endpoint(t.Context(), "compute", "", "public")
	var e *api.Error
	if !errors.As(err, &e) || !errors.Is(err, api.ErrDenied) || !strings.Contains(e.Hint, "the provider cannot renew it") {
		t.Errorf("error %#v", err)
	}
}

func TestSession_impossibleOptions(t *testing.T) {
	t.Parallel()
	session := newSession(t, identitytest.Start(t), gophercloud.AuthOptions{Username: "ada", Password: "x"})
	if _, err := session.Project(t.Context()); !errors.Is(err, api.ErrRefused) {
		t.Errorf("error %v", err)
	}
}
