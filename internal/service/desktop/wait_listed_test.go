package desktop

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// lists answers each request with the list of a user, without a network.
type lists func() string

func (l lists) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"data":` + l() + `,"message":"","status":0}`)),
	}, nil
}

func resourceOf(answers lists) *desktopResource {
	return &desktopResource{client: desktop.New(desktop.Config{
		Endpoint: &url.URL{Scheme: "https", Host: "desktop.example.com"},
		HTTP:     &http.Client{Transport: answers},
	})}
}

// The wait for the list has its own timeout, which is shorter than the create
// timeout, so that time is left for the following steps.
func TestDesktop_waitListedEndsAfterTwoMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := diagnose.WithTimeout(t.Context(), createTimeout)
		defer cancel()
		ordered := desktop.ApplyResult{Username: "dev_01", DesktopUUID: "9f0c6d3e"}
		start := time.Now()
		name, diags := resourceOf(func() string { return "[]" }).waitListed(ctx, ordered)
		if took := time.Since(start); took != 2*time.Minute {
			t.Errorf("the wait took %v, want 2 minutes", took)
		}
		if !name.IsNull() {
			t.Errorf("the name of a desktop that no list shows is %s", name)
		}
		if len(diags) != 1 || diags[0].Severity() != diag.SeverityWarning ||
			!strings.Contains(diags[0].Detail(), "Desktop 9f0c6d3e of user dev_01 exists and is in the state, without its name.") {
			t.Errorf("got %v", diags)
		}
		if ctx.Err() != nil {
			t.Errorf("nothing can follow: %v", context.Cause(ctx))
		}
	})
}

func TestDesktop_waitListedShowsALateName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := resourceOf(func() string {
			if time.Since(start) < time.Minute {
				return "[]"
			}
			return `[{"desktop_uuid":"9f0c6d3e","desktop_name":"dev_01-win10"}]`
		})
		name, diags := r.waitListed(t.Context(), desktop.ApplyResult{Username: "dev_01", DesktopUUID: "9f0c6d3e"})
		if name.ValueString() != "dev_01-win10" || len(diags) != 0 {
			t.Errorf("got %s and %v", name, diags)
		}
		if took := time.Since(start); took >= 2*time.Minute {
			t.Errorf("it took %v to see a name that was there after a minute", took)
		}
	})
}
