//go:build linux

package chaos

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

// recorder is an inbox behind HTTP that records each call of the Store.
type recorder struct {
	url string

	mu    sync.Mutex
	calls []string
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	handler := https.NewHandler(https.Watch(inboxtest.NewMemory()), relayToken, slog.New(slog.DiscardHandler))
	r := &recorder{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.calls = append(r.calls, req.Method+" "+strings.TrimPrefix(req.URL.Path, https.Path))
		r.mu.Unlock()
		handler.ServeHTTP(w, req)
	}))
	t.Cleanup(func() { handler.Stop(); server.Close() })
	r.url = server.URL
	return r
}

// during returns the calls of a command.
func (r *recorder) during(cli *acctest.CLI, args ...string) []string {
	r.mu.Lock()
	r.calls = nil
	r.mu.Unlock()
	cli.MustRun(args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// Calls of a bucket cost money, so their number is tested.
func TestPlan_callsOfTheInbox(t *testing.T) {
	t.Parallel()
	service, inbox := desktoptest.Start(t), newRecorder(t)
	cli := acctest.NewCLI(t)
	cli.Env = append(cli.Env, "CLOUDDESKTOP_CALLBACK_TOKEN="+relayToken)
	write := func(disk string) {
		block := fmt.Sprintf("listen = \"127.0.0.1:0\"\n    inbox = %q\n    scope = \"prod\"", inbox.url)
		content := fmt.Sprintf(configuration, "", service.URL, block, 4, createTimeout)
		cli.Write("main.tf", strings.ReplaceAll(content, "count.index % 5 == 0 ? 20 : null", disk))
	}
	write("20")
	cli.MustRun("init")
	cli.MustRun("apply", "-auto-approve")

	lists, writes := split(inbox.during(cli, "plan", "-detailed-exitcode"))
	if lists != 1 || len(writes) != 8 {
		t.Errorf("the plan that confirms four orders makes %d lists and %q", lists, writes)
	}
	lists, writes = split(inbox.during(cli, "plan", "-detailed-exitcode"))
	if lists != 1 || len(writes) > 0 {
		t.Errorf("a plan with references, but nothing to confirm, makes %d lists and %q", lists, writes)
	}
	// An apply that changes a desktop removes the references to settled orders.
	write("30")
	cli.MustRun("apply", "-auto-approve")
	if calls := inbox.during(cli, "plan", "-detailed-exitcode"); len(calls) > 0 {
		t.Errorf("a plan without references makes the calls %q", calls)
	}
	if calls := inbox.during(cli, "apply", "-auto-approve"); len(calls) > 0 {
		t.Errorf("an apply of nothing makes the calls %q", calls)
	}
}

// split counts the lists and returns the calls that write.
func split(calls []string) (lists int, writes []string) {
	for _, call := range calls {
		switch {
		case call == "GET list":
			lists++
		case !strings.HasPrefix(call, http.MethodGet):
			writes = append(writes, call)
		}
	}
	return lists, writes
}
