package callback

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// front is a proxy or another program that answers at the callback URL instead
// of the receiver.
type front struct {
	*fixture

	address  string
	answers  atomic.Pointer[http.HandlerFunc]
	requests atomic.Int32
}

// newFront starts a front that forwards to the receiver until its answer is
// set.
func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{}
	behind := "127.0.0.1:" + freePort(t)
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: behind})
	proxy.Transport = client.Transport
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		if answer := f.answers.Load(); answer != nil {
			answer.ServeHTTP(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.address = server.URL
	f.fixture = newFixture(t, func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Listen, cfg.URL = behind, server.URL
	})
	return f
}

// trial is an order that the service refuses.
type trial struct {
	sent   bool
	warned []string
}

var errRefused = errors.New("the pool is empty")

func (tr *trial) order(t *testing.T, r *Receiver) error {
	t.Helper()
	_, err := r.Order(logged(t), OrderRequest{
		Want:    ledger.Want{Kind: ledger.Kind{Service: "https://desktop.example.com", UserGroup: "dev", OS: "win10"}},
		Timeout: time.Minute,
		List:    func(context.Context) ([]ledger.Desktop, error) { return nil, nil },
		Warn:    func(message string) { tr.warned = append(tr.warned, message) },
		Post: func(context.Context, string) ledger.Answer {
			tr.sent = true
			return ledger.Answer{Kind: ledger.AnswerRefused, Err: errRefused}
		},
	})
	return err
}

func answerWith(status int, header, body string) *http.HandlerFunc {
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if header != "" {
			w.Header().Set("Location", header)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	return &answer
}

// An answer of another program proves that callbacks would be lost.
func TestPreflight_anotherProgramAnswers(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]*http.HandlerFunc{
		"page of a proxy":  answerWith(http.StatusOK, "", "<html>welcome</html>"),
		"another receiver": answerWith(http.StatusOK, "", `{"proof":"aaaaaaaaaaaaaaaa"}`),
		"not found":        answerWith(http.StatusNotFound, "", "nothing waits for this callback"),
		"redirect":         answerWith(http.StatusFound, "https://login.example.com", ""),
		"bad gateway":      answerWith(http.StatusBadGateway, "", ""),
	} {
		f := newFront(t)
		f.answers.Store(answer)
		var first trial
		err := first.order(t, f.Receiver)
		if err == nil || first.sent || !strings.Contains(err.Error(), f.address+" leads to another program") || strings.Contains(err.Error(), "/v1/callbacks") {
			t.Errorf("%s: the order was sent %v: %v", name, first.sent, err)
		}
		for _, key := range f.inbox.keys(t) {
			if strings.HasPrefix(key, "orders/") || strings.HasPrefix(key, "results/") {
				t.Errorf("%s: the inbox holds %s", name, key)
			}
		}
	}
}

// The network may be repaired while the process runs.
func TestPreflight_isRepeatedAfterAnError(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.answers.Store(answerWith(http.StatusOK, "", "<html>"))
	var first, second trial
	if err := first.order(t, f.Receiver); err == nil || first.sent {
		t.Fatalf("the order was sent %v: %v", first.sent, err)
	}
	f.answers.Store(nil)
	if err := second.order(t, f.Receiver); !second.sent || len(second.warned) > 0 {
		t.Errorf("the order was sent %v, with the warnings %q: %v", second.sent, second.warned, err)
	}
}

func TestPreflight_oncePerProcess(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	for range 3 {
		var tr trial
		if err := tr.order(t, f.Receiver); !tr.sent || len(tr.warned) > 0 {
			t.Errorf("the order was sent %v, with the warnings %q: %v", tr.sent, tr.warned, err)
		}
	}
	if n := f.requests.Load(); n != 1 {
		t.Errorf("the callback URL was called %d times", n)
	}
}

// A missing answer is only a warning, because a machine may be unable to call
// its public address.
func TestPreflight_noAnswer(t *testing.T) {
	t.Parallel()
	address := "http://127.0.0.1:" + freePort(t)
	f := newFixture(t, func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Listen, cfg.URL = "127.0.0.1:"+freePort(t), address
	})
	var first, second trial
	for _, tr := range []*trial{&first, &second} {
		if err := tr.order(t, f.Receiver); !tr.sent {
			t.Errorf("the order was not sent: %v", err)
		}
	}
	if len(first.warned) != 1 || len(second.warned) != 0 || !strings.Contains(first.warned[0], address+". That may be normal") {
		t.Errorf("the warnings are %q and %q", first.warned, second.warned)
	}
	if strings.Contains(strings.Join(first.warned, "")+f.logs.String(), "/v1/callbacks/") {
		t.Error("the address of the probe is shown")
	}
}

// The certificate is not checked, because the proof shows who answers.
func TestPreflight_certificateOfAnUnknownAuthority(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	f := newFixture(t, func(cfg *Config) {
		inDirectory(t, cfg)
		cfg.Certificate, cfg.Key = certificate, key
	})
	var tr trial
	if err := tr.order(t, f.Receiver); !tr.sent || len(tr.warned) > 0 {
		t.Errorf("the order was sent %v, with the warnings %q: %v", tr.sent, tr.warned, err)
	}
}

// An interrupt during the call is not an error of the network.
func TestPreflight_interrupted(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	ctx, cancel := context.WithCancelCause(logged(t))
	interrupt := errors.New("interrupted")
	answer := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel(interrupt)
		<-r.Context().Done()
	})
	f.answers.Store(&answer)
	if _, err := f.Open(ctx, 'o'); err != nil {
		t.Fatal(err)
	}
	warned := false
	if err := f.preflight(ctx, func(string) { warned = true }); !errors.Is(err, interrupt) || warned || f.probed {
		t.Errorf("preflight returned %v, warned %v", err, warned)
	}
}
