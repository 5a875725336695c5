package callback

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const secretBody = `{"data":{"password":"hunter2"}}`

func TestReceiverAnswers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	base := strings.TrimSuffix(op.URL(), callbackPath+"/"+idOf(op))
	object := func(size int) string { return `{"a":"` + strings.Repeat("x", size-len(`{"a":""}`)) + `"}` }
	for name, test := range map[string]struct {
		method, address, body string
		want                  int
	}{
		"forged id":       {http.MethodPost, base + callbackPath + "/AAAAAAAAAAAAAAAAAAAAAAAAAA", secretBody, http.StatusNotFound},
		"lower-case id":   {http.MethodPost, strings.ToLower(op.URL()), secretBody, http.StatusNotFound},
		"hash as id":      {http.MethodPost, base + callbackPath + "/" + string(op.ref), secretBody, http.StatusNotFound},
		"id of a path":    {http.MethodPost, base + callbackPath + "/..%2F..%2Fresults", secretBody, http.StatusNotFound},
		"longer path":     {http.MethodPost, op.URL() + "/x", secretBody, http.StatusNotFound},
		"no id":           {http.MethodPost, base + callbackPath + "/", secretBody, http.StatusNotFound},
		"other path":      {http.MethodPost, base + "/", secretBody, http.StatusNotFound},
		"get":             {http.MethodGet, op.URL(), "", http.StatusMethodNotAllowed},
		"delete":          {http.MethodDelete, op.URL(), "", http.StatusMethodNotAllowed},
		"get a forged id": {http.MethodGet, base + callbackPath + "/x", "", http.StatusMethodNotAllowed},
		"too large":       {http.MethodPost, op.URL(), object(maxBody + 1), http.StatusRequestEntityTooLarge},
		"empty":           {http.MethodPost, op.URL(), "", http.StatusBadRequest},
		"garbage":         {http.MethodPost, op.URL(), "hunter2\x00\xff", http.StatusBadRequest},
		"half an object":  {http.MethodPut, op.URL(), secretBody[:20], http.StatusBadRequest},
		"two objects":     {http.MethodPut, op.URL(), secretBody + secretBody, http.StatusBadRequest},
		"list":            {http.MethodPost, op.URL(), `["hunter2"]`, http.StatusBadRequest},
		"null":            {http.MethodPost, op.URL(), `null`, http.StatusBadRequest},
		"form":            {http.MethodPost, op.URL(), `password=hunter2`, http.StatusBadRequest},
		"health":          {http.MethodGet, base + "/healthz", "", http.StatusOK},
		"health by post":  {http.MethodPost, base + "/healthz", "", http.StatusNotFound},
	} {
		if got := call(t, client, test.method, test.address, test.body); got != test.want {
			t.Errorf("%s: status %d, want %d", name, got, test.want)
		}
	}
	if keys := f.inbox.keys(t); len(keys) != 1 {
		t.Errorf("a refused callback left something in the inbox: %q", keys)
	}
	// None of it has disturbed the operation, and a body of the very size fits.
	largest := object(maxBody)
	if got := call(t, client, http.MethodPut, op.URL(), largest); got != http.StatusOK {
		t.Errorf("the largest body: status %d", got)
	}
	if body := wait(t, op); body != largest {
		t.Errorf("%d bytes arrived", len(body))
	}
	assertSilent(t, f, op)
	if count := strings.Count(f.logs.String(), "callback refused"); count != 19 {
		t.Errorf("%d refusals are logged:\n%s", count, f.logs)
	}
}

// assertSilent fails if the log tells an id or a body.
func assertSilent(t *testing.T, f *fixture, ops ...*Operation) {
	t.Helper()
	text := strings.ToLower(f.logs.String())
	for _, op := range ops {
		if strings.Contains(text, strings.ToLower(idOf(op))) {
			t.Errorf("the log tells an id:\n%s", text)
		}
	}
	if strings.Contains(text, "hunter2") {
		t.Errorf("the log tells a body:\n%s", text)
	}
	if !strings.Contains(text, "level=") {
		t.Error("nothing was logged at all")
	}
}

func TestFirstResultWins(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	for _, body := range []string{`{"n":1}`, `{"n":2}`, `{"n":1}`} {
		if status := call(t, client, http.MethodPost, op.URL(), body); status != http.StatusOK {
			t.Errorf("%s: status %d", body, status)
		}
	}
	if body := wait(t, op); body != `{"n":1}` {
		t.Errorf("the result is %s", body)
	}
	if body := wait(t, op); body != `{"n":1}` {
		t.Errorf("the result is %s the second time", body)
	}
}

func TestResultIsStoredBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		f.inbox.gate = make(chan struct{})
		op := f.begin(t)
		answered := make(chan int, 1)
		go func() { answered <- call(t, client, http.MethodPost, op.URL(), secretBody) }()
		synctest.Wait()
		select {
		case status := <-answered:
			t.Errorf("answered %d before the result was stored", status)
		default:
		}
		close(f.inbox.gate)
		if status := <-answered; status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	})
}

func TestInboxThatFailsIsNoSuccess(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	f.inbox.fail(errors.New("disk full"))
	for name, address := range map[string]string{"known": op.URL(), "unknown": op.URL() + "X"} {
		if status := call(t, client, http.MethodPost, address, secretBody); status != http.StatusServiceUnavailable {
			t.Errorf("%s id: status %d", name, status)
		}
	}
	f.inbox.fail(nil)
	if status := call(t, client, http.MethodPost, op.URL(), secretBody); status != http.StatusOK {
		t.Errorf("status %d after the inbox recovered", status)
	}
	assertSilent(t, f, op)
	if !strings.Contains(f.logs.String(), "disk full") {
		t.Error("the failure of the inbox is not logged")
	}
}

func TestServiceThatHangsUpIsHeard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		network, _ := overPipes(f)
		f.inbox.gate = make(chan struct{})
		op := f.begin(t)
		conn, err := network.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, op.URL(), strings.NewReader(secretBody))
		if err != nil {
			t.Fatal(err)
		}
		if err := req.Write(conn); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // The receiver is writing to the inbox.
		conn.Close()
		synctest.Wait()
		close(f.inbox.gate)
		if body := wait(t, op); body != secretBody {
			t.Errorf("body %s", body)
		}
	})
}

func TestSlowCallersAreCutOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sent  string
		after time.Duration
	}{
		"nothing":     {"", 10 * time.Second},
		"half a head": {"POST /v1/callbacks/ID HTTP/1.1\r\nHost: a\r\n", 10 * time.Second},
		"no body":     {"POST /v1/callbacks/ID HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{", 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, nil)
				network, _ := overPipes(f)
				op := f.begin(t)
				conn, err := network.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				start := time.Now()
				if _, err := io.WriteString(conn, strings.Replace(test.sent, "ID", idOf(op), 1)); err != nil {
					t.Fatal(err)
				}
				answer, err := io.ReadAll(conn)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(answer, []byte("200 OK")) {
					t.Errorf("answered %s", answer)
				}
				// After an error net/http lingers half a second before it hangs up.
				if took := time.Since(start).Truncate(time.Second); took != test.after {
					t.Errorf("cut off after %v", took)
				}
			})
		})
	}
}

func TestOversizedHeadIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	if status := call(t, client, http.MethodPost, op.URL()+"?"+strings.Repeat("x", 64<<10), secretBody); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", status)
	}
}

func TestCloseLetsARunningCallbackFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		network, client := overPipes(f)
		f.inbox.gate = make(chan struct{})
		op := f.begin(t)
		answered, closed := make(chan int, 1), make(chan error, 1)
		go func() { answered <- call(t, client, http.MethodPost, op.URL(), secretBody) }()
		accepted, err := network.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer accepted.Close()
		synctest.Wait()
		go func() { closed <- f.Close() }()
		synctest.Wait()
		if _, err := network.dial(t.Context(), "", ""); err == nil {
			t.Error("a closed receiver accepts connections")
		}
		close(f.inbox.gate)
		if status := <-answered; status != http.StatusOK {
			t.Errorf("status %d", status)
		}
		time.Sleep(closeTimeout / 2)
		client.Transport = &http.Transport{
			DisableKeepAlives: true,
			DialContext:       func(context.Context, string, string) (net.Conn, error) { return accepted, nil },
		}
		if status := call(t, client, http.MethodPost, op.URL(), secretBody); status != http.StatusOK {
			t.Errorf("status %d for a request that comes after Close on a connection that came before", status)
		}
		if err := <-closed; err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := f.Begin(logged(t)); err == nil {
			t.Error("a closed Receiver begins operations")
		}
	})
}

func TestCloseDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		network, _ := overPipes(f)
		op := f.begin(t)
		conn, err := network.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "POST /v1/callbacks/"+idOf(op)+" HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		start := time.Now()
		if err := f.Close(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close: %v", err)
		}
		if took := time.Since(start); took != closeTimeout {
			t.Errorf("Close took %v", took)
		}
	})
}

func TestEachCallbackHasItsOwnConnection(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	conn, err := net.Dial("tcp", f.base.Host) //nolint:noctx // It answers.
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, op.URL(), strings.NewReader(secretBody))
	if err != nil {
		t.Fatal(err)
	}
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !resp.Close {
		t.Errorf("status %d, close %v", resp.StatusCode, resp.Close)
	}
}

func TestPathOfTheURLMayArriveOrNot(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	f := newFixture(t, func(cfg *Config) {
		cfg.Listen, cfg.URL = "127.0.0.1:"+port, "https://proxy.example.com/cloud desktops/hooks"
	})
	for _, prefix := range []string{"/cloud%20desktops/hooks", "", "/hooks/of/a/peer"} {
		op := f.begin(t)
		_, path, _ := strings.Cut(op.URL(), "hooks")
		if status := call(t, client, http.MethodPost, "http://127.0.0.1:"+port+prefix+path, secretBody); status != http.StatusOK {
			t.Errorf("prefix %q: status %d", prefix, status)
		}
	}
}

func TestReceiverSpeaksTLS(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	f := newFixture(t, func(cfg *Config) { cfg.Certificate, cfg.Key = certificate, key })
	op := f.begin(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	trusting := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}}
	if status := call(t, trusting, http.MethodPost, op.URL(), secretBody); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if body := wait(t, op); body != secretBody {
		t.Errorf("body %s", body)
	}
	if status := call(t, client, http.MethodPost, strings.Replace(op.URL(), "https", "http", 1), secretBody); status != http.StatusBadRequest {
		t.Errorf("plain http to a port with TLS: status %d", status)
	}
	assertSilent(t, f, op)
	if _, err := client.Post(op.URL(), "", nil); err == nil || !strings.Contains(f.logs.String(), "TLS handshake error") { //nolint:noctx,bodyclose // It fails.
		t.Errorf("a caller that does not trust the certificate is not logged (%v):\n%s", err, f.logs)
	}
}

func TestTakenPort(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", DefaultListen) //nolint:noctx // A literal address.
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	f := newFixture(t, func(cfg *Config) { cfg.Listen = listener.Addr().String() })
	start := time.Now()
	for range 10 { // The patience of the first is enough for all of them.
		if _, err := f.Begin(logged(t)); err == nil || !strings.Contains(err.Error(), "listen on another one") {
			t.Errorf("Begin: %v", err)
		}
	}
	if took := time.Since(start); took < portPatience || took > 3*portPatience {
		t.Errorf("gave up after %v", took)
	}
	if len(f.inbox.keys(t)) != 0 {
		t.Error("an operation that nobody was told of is remembered")
	}
	// The port is free again: the next operation tries anew.
	listener.Close()
	if op := f.begin(t); call(t, client, http.MethodPost, op.URL(), `{}`) != http.StatusOK {
		t.Error("the receiver did not recover")
	}
}
