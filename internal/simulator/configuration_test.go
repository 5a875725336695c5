package simulator_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator"
)

func TestConfiguration(t *testing.T) {
	t.Parallel()
	s := simulator.New(func(string) {})
	t.Cleanup(s.Desktop.Close)
	got := s.Configuration("http://127.0.0.1:1234", `policy_scope = "desktop"`)
	got = regexp.MustCompile(`token +?= "[\w.-]+"`).ReplaceAllString(got, `token    = "…"`)
	want := `provider "clouddesktop" {
  desktop {
    endpoint     = "http://127.0.0.1:1234"
    policy_scope = "desktop"
  }
  hpc {
    endpoint = "http://127.0.0.1:1234"
    token    = "…"
  }
  huaweicloud {
    region             = "cn-north-4"
    project_id         = "0e69423d4400f4a82f67c0059a1e4cc8"
    workspace_endpoint = "http://127.0.0.1:1234"
    ecs_endpoint       = "http://127.0.0.1:1234"
    iam_endpoint       = "http://127.0.0.1:1234"
    access_key         = "QTWAOYTTINDUT2QVKYUC"
    secret_key         = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
  }
  openstack {
    auth_url                      = "http://127.0.0.1:1234/v3"
    region                        = "cn-north-4"
    application_credential_id     = "423f19a4ac1e4f48bbb4180756e6eb6c"
    application_credential_secret = "rEaqvJka48mpv-application-credential"
  }
  tencentcloud {
    endpoint   = "http://127.0.0.1:1234"
    region     = "ap-guangzhou"
    secret_id  = "AKIDsimulator"
    secret_key = "simulated-secret-key"
  }
}
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}
