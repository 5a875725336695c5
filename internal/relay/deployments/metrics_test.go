package deployments

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// The test parses the metrics with the parser of Prometheus.
func TestMetrics_prometheusFormat(t *testing.T) {
	t.Parallel()
	relay := exec.CommandContext(t.Context(), buildRelay(t), "relay", "--listen", "127.0.0.1:0", "--inbox", filepath.Join(t.TempDir(), "inbox"))
	log, err := relay.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := relay.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = relay.Process.Kill()
		_ = relay.Wait()
	})
	line, err := bufio.NewReader(log).ReadBytes('\n')
	var started struct{ Address string }
	if err != nil || json.Unmarshal(line, &started) != nil || started.Address == "" {
		t.Fatalf("the relay did not start: %v\n%s", err, line)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+started.Address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if format := expfmt.ResponseFormat(answer.Header); format.FormatType() != expfmt.TypeTextPlain {
		t.Errorf("the format is %q", format)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if len(families) < 5 {
		t.Errorf("there are %d metrics", len(families))
	}
	for name, family := range families {
		if family.GetHelp() == "" || !model.LegacyValidation.IsValidMetricName(name) {
			t.Errorf("%s has no help, or is no valid name", name)
		}
	}
}
