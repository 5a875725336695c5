package nova_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gophercloud/gophercloud/v2"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
)

const serverID = "47bc79ae-df61-4ade-9197-283a74e5d70e"

func newClient(t *testing.T, server *novatest.Server, credentials identity.Credentials, path string) *nova.Client {
	t.Helper()
	endpoint, err := url.Parse(server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := api.NewHTTPClient(api.TransportConfig{Wrap: credentials.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	return nova.New(nova.Config{
		Endpoint:    func(context.Context) (*url.URL, error) { return endpoint, nil },
		HTTP:        wrapped,
		Credentials: credentials,
		Retry:       api.RetryPolicy{Initial: time.Millisecond},
	})
}

const huaweiPath = "/v2.1/" + identitytest.ProjectID

func start(t *testing.T, options ...novatest.Option) (*identitytest.Server, *novatest.Server) {
	t.Helper()
	cloud := identitytest.Start(t)
	server := novatest.Start(t, cloud, options...)
	server.SetServer(serverID, novatest.Active)
	return cloud, server
}

func TestRemoteConsole_request(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	token := cloud.Issue()
	before := time.Now()
	console, err := newClient(t, server, identity.NewToken(token), huaweiPath).RemoteConsole(t.Context(), serverID)
	if err != nil {
		t.Fatal(err)
	}
	want := nova.Console{URL: server.Consoles()[0], Type: "novnc", Protocol: "vnc", Expires: console.Expires}
	if diff := cmp.Diff(want, console); diff != "" {
		t.Error(diff)
	}
	if console.Expires.Before(before.Add(10*time.Minute)) || console.Expires.After(time.Now().Add(10*time.Minute)) {
		t.Errorf("expires %v", console.Expires)
	}
	requests := server.Requests()
	for _, r := range requests {
		r.Header.Del("Content-Length")
		r.Header.Del("Accept-Encoding")
		r.Header.Del("User-Agent")
	}
	if diff := cmp.Diff([]identitytest.Request{{
		Method: http.MethodPost,
		Path:   huaweiPath + "/servers/" + serverID + "/remote-consoles",
		Body:   `{"remote_console":{"type":"novnc","protocol":"vnc"}}`,
		Header: http.Header{
			"Accept":                       {"application/json"},
			"Content-Type":                 {"application/json"},
			"Openstack-Api-Version":        {"compute 2.6"},
			"X-Openstack-Nova-Api-Version": {"2.6"},
			"X-Auth-Token":                 {token},
		},
	}}, requests); diff != "" {
		t.Error(diff)
	}
}

func TestRemoteConsole_documentedSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("testdata/remote-console.json")
	if err != nil {
		t.Fatal(err)
	}
	cloud, server := start(t)
	server.Answer(identitytest.Body(http.StatusOK, "application/json", string(sample)))
	console, err := newClient(t, server, identity.NewToken(cloud.Issue()), huaweiPath).RemoteConsole(t.Context(), serverID)
	const want = "https://nova-novncproxy.az21.dc1.domainname.com:8002/vnc.auto.html?token=80fa7c8d-37fe-451e-8b08-bfbd9fb6a4df&lang=EN"
	if err != nil || console.URL != want {
		t.Errorf("%q, %v", console.URL, err)
	}
}

func TestRemoteConsole_signed(t *testing.T) {
	t.Parallel()
	_, server := start(t)
	signer := &identity.Signer{AccessKey: identitytest.AccessKey, SecretKey: identitytest.SecretKey, ProjectID: identitytest.ProjectID}
	if _, err := newClient(t, server, signer, huaweiPath).RemoteConsole(t.Context(), serverID); err != nil {
		t.Fatal(err)
	}
	signer.SecretKey = "wrong"
	_, err := newClient(t, server, signer, huaweiPath).RemoteConsole(t.Context(), serverID)
	if !errors.Is(err, api.ErrDenied) || !strings.Contains(err.Error(), "code APIGW.0301: Incorrect IAM authentication information: verify aksk signature fail (request 7dee64bb41c3bfd2fb0f5f4d47a1cbd8)") {
		t.Errorf("error %v", err)
	}
}

func TestRemoteConsole_plainOpenStack(t *testing.T) {
	t.Parallel()
	cloud, server := start(t, novatest.WithoutProjectInPath())
	if _, err := newClient(t, server, identity.NewToken(cloud.Issue()), "/v2.1/").RemoteConsole(t.Context(), serverID); err != nil {
		t.Fatal(err)
	}
}

// Twenty concurrent calls with an expired token lead to one new login.
func TestRemoteConsole_renewsTheTokenOnce(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	plain, err := api.NewHTTPClient(api.TransportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint, _ := url.Parse(cloud.URL)
	session := identity.NewSession(identity.SessionConfig{Service: "iam", Endpoint: endpoint, HTTP: plain, Options: gophercloud.AuthOptions{
		Username: identitytest.User, Password: identitytest.Password, DomainName: identitytest.Domain,
		Scope: &gophercloud.AuthScope{ProjectID: identitytest.ProjectID},
	}})
	client := newClient(t, server, session, huaweiPath)
	if _, err := client.RemoteConsole(t.Context(), serverID); err != nil {
		t.Fatal(err)
	}
	cloud.SetClock(25 * time.Hour)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := client.RemoteConsole(t.Context(), serverID); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := cloud.Logins(); got != 2 {
		t.Errorf("%d logins, want 2", got)
	}
}

func TestRemoteConsole_waitsForTheServer(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	server.SetServer(serverID, novatest.Build)
	client := newClient(t, server, identity.NewToken(cloud.Issue()), huaweiPath)
	done := make(chan error, 1)
	go func() {
		_, err := client.RemoteConsole(t.Context(), serverID)
		done <- err
	}()
	for len(server.Requests()) < 3 {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	server.SetServer(serverID, novatest.Active)
	if err := <-done; err != nil {
		t.Error(err)
	}

	server.SetServer(serverID, novatest.Build)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	before := len(server.Requests())
	go func() {
		for len(server.Requests()) < before+5 { // The second attempt, whatever the first one asks.
			<-time.After(time.Millisecond)
		}
		cancel(errors.New("no console in time"))
	}()
	var e *api.Error
	_, err := client.RemoteConsole(ctx, serverID)
	if !errors.As(err, &e) || !errors.Is(err, api.ErrBusy) || !strings.Contains(err.Error(), "no console in time") || !strings.Contains(e.Hint, "The server is in the state BUILD. Wait until it is ACTIVE, or set a longer timeout.") {
		t.Errorf("error %v", err)
	}
}
