package simulator_test

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// proxy is an HTTP proxy that connects to the same server for every host.
type proxy struct {
	*httptest.Server
	target string

	mu    sync.Mutex
	hosts []string
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	p := &proxy{target: target}
	p.Server = httptest.NewServer(http.HandlerFunc(p.connect))
	t.Cleanup(p.Close)
	return p
}

// connect serves one tunnel until either side closes it.
func (p *proxy) connect(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.hosts = append(p.hosts, r.Method+" "+r.Host)
	p.mu.Unlock()
	server, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", p.target)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = server.Close() }()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	var ways sync.WaitGroup
	ways.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	_, _ = io.Copy(client, server)
	_ = client.Close()
	ways.Wait()
}

func (p *proxy) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Compact(slices.Clone(p.hosts))
}

// With the variables of the guide, requests use the proxy, except those to the
// hosts in NO_PROXY.
func TestLimitsGuide_proxy(t *testing.T) {
	t.Parallel()
	c := newGuide(t, "")
	service := httptest.NewTLSServer(c.Desktop) // Its certificate is for example.com.
	t.Cleanup(service.Close)
	through := newProxy(t, service.Listener.Addr().String())
	variables := strings.ReplaceAll(commands(t, "limits.md", "export HTTPS_PROXY"), "http://proxy.example.com:3128", through.URL)
	c.Desktop.AddDesktop("dev_01", "win10")
	c.Write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.Certificate().Raw})))
	c.Write("main.tf", `
data "clouddesktop_user_desktops" "ada" {
  username = "dev_01"
  timeouts { read = "3s" }
}
`)
	config := c.ProviderFile("https://example.com", `ca_certificate = file("ca.pem")`)
	c.Write("provider.tf", config)
	c.MustRun("init")
	if got := c.shell(t, variables+"terraform plan\n"); got.Code != 0 {
		t.Errorf("exit code %d, want 0", got.Code)
	}
	if asked := through.asked(); !slices.Equal(asked, []string{"CONNECT example.com:443"}) {
		t.Errorf("the proxy was asked for %q", asked)
	}

	c.Write("provider.tf", strings.ReplaceAll(config, "https://example.com", "https://desktop.example.com"))
	if got := c.shell(t, variables+"terraform plan\n"); got.Code != 1 {
		t.Errorf("exit code %d, want 1: there is no desktop.example.com", got.Code)
	}
	if asked := through.asked(); len(asked) != 1 {
		t.Errorf("the proxy was asked for %q, although NO_PROXY lists the host", asked)
	}
}

func TestLimitsGuide_parallelism(t *testing.T) {
	t.Parallel()
	c := newGuide(t, "guides/getting-started", "order.tf")
	c.MustRun("init")
	if got := c.shell(t, commands(t, "limits.md", "terraform apply")); got.Code != 0 || len(c.Desktop.Requests(desktoptest.Apply)) != 1 {
		t.Errorf("exit code %d, want 0 and one order", got.Code)
	}
}
