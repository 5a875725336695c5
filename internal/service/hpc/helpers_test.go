package hpc_test

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc/hpctest"
)

func config(server *hpctest.Server, token, arguments string) string {
	return fmt.Sprintf(`
provider "clouddesktop" {
  hpc {
  endpoint = %q
  token = %q
}
}
data "clouddesktop_vnc_sessions" "test" {
  %s
}
`, server.URL, token, arguments)
}

func tomorrow() time.Time { return time.Now().Add(24 * time.Hour) }

func sessionsAre(check knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.clouddesktop_vnc_sessions.test", tfjsonpath.New("sessions"), check)}
}
