package acctest

import "testing"

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for output, want := range map[string]Version{
		"Terraform v1.8.5\non linux_amd64\n":                        {Minor: 8, Patch: 5},
		"Terraform v1.16.0-rc2\non linux_amd64\n":                   {Minor: 16},
		"OpenTofu v1.12.6\non linux_amd64\n+ provider example.com/": {OpenTofu: true, Minor: 12, Patch: 6},
	} {
		if got, err := parseVersion(output); err != nil || got != want {
			t.Errorf("%q: got %v, error %v", output, got, err)
		}
	}
	if got, err := parseVersion("Terraform v2.0.0"); err == nil {
		t.Errorf("Terraform 2 is accepted as %v", got)
	}
}

func TestVersion_supports(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		version Version
		minor   int
		want    bool
	}{
		{Version{Minor: 8}, 8, true},
		{Version{Minor: 8}, 10, false},
		{Version{Minor: 16}, 14, true},
		{Version{OpenTofu: true, Minor: 9}, 8, true},
		{Version{OpenTofu: true, Minor: 10}, 10, false},
		{Version{OpenTofu: true, Minor: 11}, 10, true},
		{Version{OpenTofu: true, Minor: 11}, 11, true},
		{Version{OpenTofu: true, Minor: 11}, 12, false},
		{Version{OpenTofu: true, Minor: 12}, 12, true},
		{Version{OpenTofu: true, Minor: 16}, 14, false},
		{Version{OpenTofu: true, Minor: 16}, 16, false},
	} {
		if got := tc.version.Supports(tc.minor); got != tc.want {
			t.Errorf("%s supports the features of Terraform 1.%d: %t, want %t", tc.version, tc.minor, got, tc.want)
		}
	}
}

func TestVersion_generatesConfig(t *testing.T) {
	t.Parallel()
	for version, want := range map[Version]bool{
		{Minor: 15, Patch: 1}:                 true,
		{Minor: 16}:                           false,
		{Minor: 16, Patch: 2}:                 false,
		{Minor: 16, Patch: 3}:                 true,
		{OpenTofu: true, Minor: 16, Patch: 0}: true,
	} {
		if got := version.GeneratesConfig(); got != want {
			t.Errorf("%s generates configuration: %t, want %t", version, got, want)
		}
	}
}

func TestVersion_removedLifecycle(t *testing.T) {
	t.Parallel()
	for version, want := range map[Version]bool{
		{Minor: 8}:                  true,
		{OpenTofu: true, Minor: 9}:  false,
		{OpenTofu: true, Minor: 10}: true,
	} {
		if got := version.RemovedLifecycle(); got != want {
			t.Errorf("%s has a lifecycle in removed blocks: %t, want %t", version, got, want)
		}
	}
}
