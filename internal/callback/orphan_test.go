package callback

import (
	"context"
	"net"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const orderBody = `{"status":"0","data":{"username":"dev_01","desktop_uuid":"uuid-1","password":"secret"}}`

// acceptedOrder returns an order that the service accepts. sent receives its
// callback URL.
func acceptedOrder(sent chan<- string) OrderRequest {
	return OrderRequest{
		Want:    ledger.Want{Kind: ledger.Kind{Service: "https://desktop.example.com", UserGroup: "dev", OS: "win10"}},
		Timeout: time.Minute,
		List:    func(context.Context) ([]ledger.Desktop, error) { return nil, nil },
		Warn:    func(string) {},
		Post: func(_ context.Context, callbackURL string) ledger.Answer {
			sent <- callbackURL
			return ledger.Answer{Kind: ledger.AnswerAccepted}
		},
	}
}

// leaveOrder places an order in a process that ends before its callback
// arrives. It returns the address at which the process listened, and the
// callback URL.
func leaveOrder(t *testing.T, inbox string) (listened, callbackURL string) {
	t.Helper()
	first := newFixture(t, func(cfg *Config) { cfg.Store = newDirectory(t, inbox) })
	ctx, interrupt := context.WithCancel(logged(t))
	sent := make(chan string, 1)
	req := acceptedOrder(sent)
	post := req.Post
	req.Post = func(ctx context.Context, callbackURL string) ledger.Answer {
		defer interrupt()
		return post(ctx, callbackURL)
	}
	if _, err := first.Order(ctx, req); err == nil || !strings.Contains(err.Error(), "The next apply resumes order") {
		t.Fatalf("the interrupted order returned %v", err)
	}
	listened = first.listener.Addr().String()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	return listened, <-sent
}

// resume orders in another process and delivers the desktop.
func resume(t *testing.T, f *fixture) <-chan string {
	t.Helper()
	sent, delivered := make(chan string, 1), make(chan string, 1)
	go func() {
		defer close(delivered)
		d, err := f.Order(logged(t), acceptedOrder(sent))
		if err != nil {
			t.Errorf("the next apply returned %v", err)
			return
		}
		if err := d.Deliver(logged(t)); err != nil || !d.Resumed || len(sent) > 0 {
			t.Errorf("resumed %v, placed %d orders: %v", d.Resumed, len(sent), err)
		}
		delivered <- d.Desktop.UUID
	}()
	return delivered
}

// The service sends the callback to the address of the dead process.
func TestOrder_listensAtTheAddressOfADeadProcess(t *testing.T) {
	t.Parallel()
	inbox := filepath.Join(t.TempDir(), "inbox")
	listened, callbackURL := leaveOrder(t, inbox)
	second := newFixture(t, func(cfg *Config) { cfg.Store = newDirectory(t, inbox) })
	delivered := resume(t, second)
	for status := 0; status != http.StatusOK; {
		if status = tryCall(t, callbackURL, orderBody); status != 0 && status != http.StatusOK {
			t.Fatalf("the callback was answered %d", status)
		}
	}
	if got := <-delivered; got != "uuid-1" {
		t.Errorf("desktop %q was delivered", got)
	}
	if second.listener.Addr().String() == listened {
		t.Fatal("both processes listen at the same address, which proves nothing")
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if status := tryCall(t, callbackURL, orderBody); status != 0 {
		t.Errorf("after Close the address answers %d", status)
	}
}

// tryCall sends a callback and returns the status, or 0 without an answer.
func tryCall(t *testing.T, address, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		<-time.After(10 * time.Millisecond)
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// The address may be in use by the process of the order, which still receives.
func TestOrder_addressOfADeadProcessIsTaken(t *testing.T) {
	t.Parallel()
	inbox := filepath.Join(t.TempDir(), "inbox")
	listened, callbackURL := leaveOrder(t, inbox)
	orphan, err := net.Listen("tcp", listened) //nolint:noctx // A literal address.
	if err != nil {
		t.Fatal(err)
	}
	defer orphan.Close()
	second := newFixture(t, func(cfg *Config) { cfg.Store = newDirectory(t, inbox) })
	delivered := resume(t, second)
	for !strings.Contains(second.logs.String(), "unable to listen at the address of the process that placed the order") {
		<-time.After(10 * time.Millisecond)
	}
	made, ok := id.Parse(path.Base(callbackURL), second.key)
	if !ok {
		t.Fatal("the inbox does not know the id of the order")
	}
	if _, err := second.inbox.Create(t.Context(), receiver.ResultKey(made.Hash()), []byte(orderBody)); err != nil {
		t.Fatal(err)
	}
	if got := <-delivered; got != "uuid-1" {
		t.Errorf("desktop %q was delivered", got)
	}
}

// An address is only used on its own machine.
func TestReceiver_listenForOther_onItsMachineOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { inDirectory(t, cfg) })
	if _, err := f.orders(); err != nil {
		t.Fatal(err)
	}
	for machine, want := range map[string]bool{f.identity.Machine: true, "another": false} {
		address := "127.0.0.1:" + freePort(t)
		f.listenForOther(logged(t), ledger.Intent{Listen: address, Machine: machine})
		conn, err := net.Dial("tcp", address) //nolint:noctx // A literal address.
		if got := err == nil; got != want {
			t.Errorf("machine %q: it listens %v, want %v", machine, got, want)
		}
		if err == nil {
			conn.Close()
		}
	}
}
