package hpctest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc/hpctest"
)

// The fake must refuse requests that the document does not allow. Otherwise
// tests with it would prove nothing.
func TestServer_isStrict(t *testing.T) {
	t.Parallel()
	server := hpctest.Start(t)
	valid := server.Token(time.Now().Add(time.Hour))
	head, _, _ := strings.Cut(valid, ".")
	for name, tt := range map[string]struct {
		method, target, body, token string
		status                      int
		code                        string
	}{
		"as documented": {http.MethodGet, hpctest.Path, "", valid, 200, "0"},
		"no token":      {http.MethodGet, hpctest.Path, "", "", 200, "10003"},
		"forged token":  {http.MethodGet, hpctest.Path, "", head + ".e30.AAAA", 200, "10008"},
		"expired token": {http.MethodGet, hpctest.Path, "", server.Token(time.Now().Add(-time.Second)), 200, "10008"},
		"a filter":      {http.MethodGet, hpctest.Path + "?user=ada", "", valid, 200, "10004"},
		"a body":        {http.MethodGet, hpctest.Path, "{}", valid, 200, "10004"},
		"another path":  {http.MethodGet, hpctest.Path + "/1", "", valid, 404, ""},
		"POST":          {http.MethodPost, hpctest.Path, "", valid, 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL+tt.target, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if tt.token != "" {
				req.Header.Set("token", tt.token)
			}
			resp, err := (&http.Client{}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var answer struct {
				Code string `json:"code"`
			}
			_ = json.NewDecoder(resp.Body).Decode(&answer)
			if resp.StatusCode != tt.status || answer.Code != tt.code {
				t.Errorf("HTTP %d, code %q; want %d, %q", resp.StatusCode, answer.Code, tt.status, tt.code)
			}
		})
	}
}
