package clients

import (
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	known := desktop.New(desktop.Config{})
	for name, tc := range map[string]struct {
		data   any
		want   *desktop.Client
		detail string
	}{
		"only validating": {nil, nil, ""},
		"configured":      {&Set{desktop: known}, known, ""},
		"not configured": {
			&Set{}, nil,
			"The service behind this type is not configured: add a `desktop` block to the provider to use it, or set CLOUDDESKTOP_ENDPOINT.",
		},
		"of another provider": {"odd", nil, "The provider's data is a string; this is a bug in the provider."},
		"a set by value":      {Set{}, nil, "The provider's data is a clients.Set; this is a bug in the provider."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			if got := From(tc.data, (*Set).Desktop, &diags); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
			wantDetail(t, diags, "Unable to Configure Provider", tc.detail)
		})
	}
}

// wantDetail checks that there is one error with this detail, or none if detail
// is empty.
func wantDetail(t *testing.T, diags diag.Diagnostics, summary, detail string) {
	t.Helper()
	switch {
	case detail == "" && len(diags) > 0:
		t.Errorf("got %v", diags)
	case detail == "":
	case len(diags) != 1 || diags[0].Severity() != diag.SeverityError:
		t.Errorf("got %v, want one error", diags)
	case diags[0].Summary() != summary || !strings.Contains(diags[0].Detail(), detail):
		t.Errorf("got %s: %s\nwant %s: %s", diags[0].Summary(), diags[0].Detail(), summary, detail)
	}
}

func TestFrom_errorSaysWhichBlockToAdd(t *testing.T) {
	t.Parallel()
	set := &Set{}
	for block, pick := range map[string]func() error{
		"desktop":      func() error { _, err := set.Desktop(); return err },
		"hpc":          func() error { _, err := set.HPC(); return err },
		"tencentcloud": func() error { _, err := set.CVM(); return err },
		"huaweicloud":  func() error { _, err := set.Workspace(); return err },
	} {
		if err := pick(); err == nil || !strings.Contains(err.Error(), "add a `"+block+"` block") {
			t.Errorf("%s: got %v", block, err)
		}
	}
}

func TestInvalidAddress_withoutCredentials(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"example.com":             `"example.com" cannot be used: why.`,
		"https://u:hush@e.com":    "The address cannot be used: why.",
		"https://e.com?tok=hush":  "The address cannot be used: why.",
		"https://u:hu%sh@e.com/#": "The address cannot be used: why.",
	} {
		if got := invalidAddress(value, errors.New("why")); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
