package identity_test

import (
	"errors"
	"strings"
	"testing"

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
				{"network", "one", "public", "", `no service of the type "network"; set its endpoint`},
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

func TestSession_expiredTokenHasNoCatalog(t *testing.T) {
	t.Parallel()
	session := newSession(t, identitytest.Start(t), gophercloud.AuthOptions{TokenID: "gAAAA-long-gone"})
	_, err := session.Endpoint(t.Context(), "compute", "", "public")
	var e *api.Error
	if !errors.As(err, &e) || !errors.Is(err, api.ErrDenied) || !strings.Contains(e.Hint, "a token alone cannot be renewed") {
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
