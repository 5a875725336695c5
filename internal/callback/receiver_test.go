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

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const secretBody = `{"data":{"username":"dev_01","password":"hunter2","desktop_uuid":"u"},"status":"0"}`

// assertSilent fails if the log contains an id or a body.
func assertSilent(t *testing.T, f *fixture, ops ...*Pending) {
	t.Helper()
	text := strings.ToLower(f.logs.String())
	for _, op := range ops {
		if strings.Contains(text, strings.ToLower(idOf(op))) {
			t.Errorf("the log contains an id:\n%s", text)
		}
	}
	if strings.Contains(text, "hunter2") {
		t.Errorf("the log contains a body:\n%s", text)
	}
	if !strings.Contains(text, "level=") {
		t.Error("nothing was logged at all")
	}
}

func TestReceiver_firstResultIsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.open(t)
	other := strings.ReplaceAll(secretBody, "dev_01", "dev_02")
	for _, body := range []string{secretBody, other, secretBody} {
		if status := call(t, client, http.MethodPost, p.URL(), body); status != http.StatusOK {
			t.Errorf("%s: status %d", body, status)
		}
	}
	for range 2 {
		p.notify()
		if body := wait(t, p); body != secretBody {
			t.Errorf("the result is %s", body)
		}
	}
	all, err := receiver.ReadEvidence(t.Context(), f.inbox, p.Ref())
	if err != nil || len(all) != 1 || string(all[0].Body) != other {
		t.Errorf("the second one is not kept as evidence: %v (%v)", all, err)
	}
}

func TestReceiver_storesBeforeItAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		f.inbox.gate = make(chan struct{})
		op := f.open(t)
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

func TestReceiver_serviceDisconnects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		network, _ := overPipes(f)
		f.inbox.gate = make(chan struct{})
		op := f.open(t)
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

func TestReceiver_slowCallers(t *testing.T) {
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
				op := f.open(t)
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
				// After an error net/http waits half a second before it closes
				// the connection.
				if took := time.Since(start).Truncate(time.Second); took != test.after {
					t.Errorf("the connection was closed after %v", took)
				}
			})
		})
	}
}

func TestReceiver_oversizedHead(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.open(t)
	if status := call(t, client, http.MethodPost, op.URL()+"?"+strings.Repeat("x", 64<<10), secretBody); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", status)
	}
}

func TestReceiver_Close_letsARunningCallbackFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		network, client := overPipes(f)
		f.inbox.gate = make(chan struct{})
		op := f.open(t)
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
		if _, err := f.Open(logged(t), id.Order); err == nil {
			t.Error("a closed Receiver opens calls")
		}
	})
}

func TestReceiver_Close_doesNotWaitForever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		network, _ := overPipes(f)
		op := f.open(t)
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

func TestReceiver_eachCallbackHasItsOwnConnection(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.open(t)
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

func TestReceiver_pathOfTheURL(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	f := newFixture(t, func(cfg *Config) {
		cfg.Listen, cfg.URL = "127.0.0.1:"+port, "https://proxy.example.com/cloud desktops/hooks"
	})
	for _, prefix := range []string{"/cloud%20desktops/hooks", "", "/hooks/of/a/peer"} {
		op := f.open(t)
		_, path, _ := strings.Cut(op.URL(), "hooks")
		if status := call(t, client, http.MethodPost, "http://127.0.0.1:"+port+prefix+path, secretBody); status != http.StatusOK {
			t.Errorf("prefix %q: status %d", prefix, status)
		}
	}
}

func TestReceiver_speaksTLS(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	f := newFixture(t, func(cfg *Config) { cfg.Certificate, cfg.Key = certificate, key })
	op := f.open(t)
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
	// Over HTTP/2 a connection would stay open, and Close would wait for it.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, op.URL(), strings.NewReader(secretBody))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := trusting.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.Proto != "HTTP/1.1" || !resp.Close {
		t.Errorf("the receiver uses %s, and closes the connection: %v", resp.Proto, resp.Close)
	}
	if status := call(t, client, http.MethodPost, strings.Replace(op.URL(), "https", "http", 1), secretBody); status != http.StatusBadRequest {
		t.Errorf("plain http to a port with TLS: status %d", status)
	}
	assertSilent(t, f, op)
	if _, err := client.Post(op.URL(), "", nil); err == nil || !strings.Contains(f.logs.String(), "TLS handshake error") { //nolint:noctx,bodyclose // It fails.
		t.Errorf("a caller that does not trust the certificate is not logged (%v):\n%s", err, f.logs)
	}
}

func TestReceiver_portInUse(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", DefaultListen) //nolint:noctx // A literal address.
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	f := newFixture(t, func(cfg *Config) { cfg.Listen = listener.Addr().String() })
	start := time.Now()
	for range 10 { // The first call waits longest.
		if _, err := f.Open(logged(t), id.Order); err == nil || !strings.Contains(err.Error(), "listen on another one") {
			t.Errorf("Begin: %v", err)
		}
	}
	if took := time.Since(start); took < 2*time.Second || took > 6*time.Second {
		t.Errorf("the calls failed after %v", took)
	}
	// The port is free again: the next call tries again.
	listener.Close()
	if op := f.open(t); call(t, client, http.MethodPost, op.URL(), secretBody) != http.StatusOK {
		t.Error("the receiver did not recover")
	}
}
