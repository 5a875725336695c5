package relay

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// metrics are implemented without a library, because the libraries add half a
// millisecond or more to each start of the provider.
type metrics struct {
	unknown       atomic.Int64
	inboxRequests atomic.Int64
	inFlight      atomic.Int64
	storeErrors   atomic.Int64
	received      histogram // From the request to the answer.
	stored        histogram // The time of Create calls of the store.

	mu       sync.Mutex
	outcomes map[string]int64
}

func newMetrics() *metrics { return &metrics{outcomes: map[string]int64{}} }

func (m *metrics) outcome(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[name]++
}

// receive measures how long it takes to answer a callback.
func (m *metrics) receive(next http.Handler, w http.ResponseWriter, r *http.Request) {
	m.inFlight.Add(1)
	defer m.inFlight.Add(-1)
	defer m.received.since(time.Now())
	next.ServeHTTP(w, r)
}

// ServeHTTP writes the metrics in the text format of Prometheus.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.mu.Lock()
	outcomes := maps.Clone(m.outcomes)
	m.mu.Unlock()
	head(w, "callbacks_total", "counter", "Callbacks with a valid id, by outcome.")
	for _, name := range slices.Sorted(maps.Keys(outcomes)) {
		line(w, fmt.Sprintf("callbacks_total{outcome=%q}", name), float64(outcomes[name]))
	}
	for _, c := range []struct {
		name, kind, help string
		value            int64
	}{
		{"unknown_requests_total", "counter", "Requests without a valid id. They never reach the inbox.", m.unknown.Load()},
		{"inbox_requests_total", "counter", "Requests of providers that use the relay as inbox.", m.inboxRequests.Load()},
		{"store_errors_total", "counter", "Failed writes to the inbox.", m.storeErrors.Load()},
		{"callbacks_in_flight", "gauge", "Callbacks that are being stored.", m.inFlight.Load()},
	} {
		head(w, c.name, c.kind, c.help)
		line(w, c.name, float64(c.value))
	}
	m.received.write(w, "callback_duration_seconds", "Time from a callback to its answer.")
	m.stored.write(w, "store_duration_seconds", "Time to store a value in the inbox.")
}

const metricPrefix = "clouddesktop_relay_"

func head(w io.Writer, name, kind, help string) {
	_, _ = fmt.Fprintf(w, "# HELP %s%s %s\n# TYPE %s%s %s\n", metricPrefix, name, help, metricPrefix, name, kind) // The client may have disconnected.
}

func line(w io.Writer, name string, value float64) {
	_, _ = fmt.Fprintf(w, "%s%s %g\n", metricPrefix, name, value) // The client may have disconnected.
}

// bounds are the upper bounds of a histogram in seconds.
var bounds = [...]float64{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 20}

// histogram is a histogram of durations. Its zero value is ready to use.
type histogram struct {
	mu     sync.Mutex
	counts [len(bounds)]int64
	total  int64
	sum    float64
}

func (h *histogram) since(start time.Time) {
	seconds := time.Since(start).Seconds()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total++
	h.sum += seconds
	for i, bound := range bounds {
		if seconds <= bound {
			h.counts[i]++
		}
	}
}

func (h *histogram) write(w io.Writer, name, help string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	head(w, name, "histogram", help)
	for i, bound := range bounds {
		line(w, fmt.Sprintf("%s_bucket{le=\"%g\"}", name, bound), float64(h.counts[i]))
	}
	line(w, name+`_bucket{le="+Inf"}`, float64(h.total))
	line(w, name+"_sum", h.sum)
	line(w, name+"_count", float64(h.total))
}

// measured is a store that measures its Create calls.
type measured struct {
	inbox.Store
	metrics *metrics
}

func (m *measured) Create(ctx context.Context, key string, value []byte) (bool, error) {
	defer m.metrics.stored.since(time.Now())
	created, err := m.Store.Create(ctx, key, value)
	if err != nil {
		m.metrics.storeErrors.Add(1)
	}
	return created, err
}
