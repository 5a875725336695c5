package nova_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
)

// For a server in a permanent state, the call fails at once.
func TestRemoteConsole_permanentState(t *testing.T) {
	t.Parallel()
	for status, want := range map[novatest.Status]string{
		novatest.Failed:  "The server is in the state ERROR (No valid host was found.), which does not change by itself. Repair or rebuild it, then try again.",
		novatest.Stopped: "The server is in the state SHUTOFF, which does not change by itself. Start it, then try again.",
	} {
		cloud, server := start(t)
		server.SetServer(serverID, status)
		_, err := newClient(t, server, identity.NewToken(cloud.Issue()), huaweiPath).RemoteConsole(t.Context(), serverID)
		var e *api.Error
		if !errors.As(err, &e) || e.Kind != api.Refused || e.Hint != want || !strings.Contains(e.Message, "is not ready") {
			t.Errorf("%s: error %#v", status, err)
		}
		if got := len(server.Requests()); got != 2 {
			t.Errorf("%s: %d requests, want one for the console and one for the state", status, got)
		}
	}
}

// A user who may open consoles may have no permission to read servers.
func TestRemoteConsole_stateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	conflict := identitytest.Body(http.StatusConflict, "application/json", `{"conflictingRequest":{"code":409,"message":"Instance is not ready"}}`)
	for _, state := range []http.HandlerFunc{
		identitytest.Body(http.StatusForbidden, "application/json", `{"forbidden":{"code":403,"message":"Policy doesn't allow it."}}`),
		identitytest.Body(http.StatusOK, "application/json", `{"server":`),
	} {
		server.Answer(conflict, state)
	}
	if _, err := newClient(t, server, identity.NewToken(cloud.Issue()), huaweiPath).RemoteConsole(t.Context(), serverID); err != nil {
		t.Error(err)
	}
}

func TestRemoteConsole_versions(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		options  []novatest.Option
		answer   http.HandlerFunc
		wantErr  string
		requests int
	}{
		"listed":         {requests: 3},
		"only older":     {options: []novatest.Option{novatest.WithVersions("v2.0")}, wantErr: "the compute service offers only the versions v2.0, and the provider requires v2.1", requests: 2},
		"another answer": {answer: identitytest.Body(http.StatusNotFound, "text/html", "<html>"), requests: 3},
		"an empty list":  {answer: identitytest.Body(http.StatusOK, "application/json", "{}"), requests: 3},
		"no answer":      {answer: identitytest.Redirect("https://elsewhere.example.com/"), wantErr: "the answer is a redirect to https://elsewhere.example.com", requests: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, server := start(t, append(tt.options, novatest.WithoutProjectInPath())...)
			if tt.answer != nil {
				server.Answer(tt.answer)
			}
			client := newClient(t, server, identity.NewToken(cloud.Issue()), "")
			_, err := client.RemoteConsole(t.Context(), serverID)
			if tt.wantErr == "" && err != nil || tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)) {
				t.Errorf("error %v, want %q", err, tt.wantErr)
			}
			_, _ = client.RemoteConsole(t.Context(), serverID)
			if got := len(server.Requests()); got != tt.requests {
				t.Errorf("%d requests, want %d", got, tt.requests)
			}
		})
	}
}

// The last answer of Nova says more than the timeout of the next attempt.
func TestRemoteConsole_keepsTheLastAnswer(t *testing.T) {
	t.Parallel()
	cloud, server := start(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	server.Answer(
		identitytest.Body(http.StatusServiceUnavailable, "text/html", "<html>nova-compute is down</html>"),
		func(http.ResponseWriter, *http.Request) { <-release },
	)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, errors.New("timed out"))
	defer cancel()
	_, err := newClient(t, server, identity.NewToken(cloud.Issue()), huaweiPath).RemoteConsole(ctx, serverID)
	if err == nil || !strings.Contains(err.Error(), "timed out") || !strings.Contains(err.Error(), "nova-compute is down") {
		t.Errorf("error %v", err)
	}
}
