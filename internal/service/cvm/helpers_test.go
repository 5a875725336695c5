package cvm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
)

const dataSource = "data.clouddesktop_cvm_console_url.test"

var credential = cvmtest.Credential{SecretID: "AKIDtest", SecretKey: "the-secret-key", Token: "the-security-token"}

// start starts a service with one instance in ap-beijing.
func start(t *testing.T, states ...cvmtest.State) *cvmtest.Server {
	t.Helper()
	server := cvmtest.Start(t, credential)
	server.Put("ap-beijing", "ins-r9hr2upy", states...)
	return server
}

func provider(server *cvmtest.Server) string {
	return fmt.Sprintf(`
provider "clouddesktop" {
  tencentcloud {
    region         = "ap-beijing"
    secret_id      = %q
    secret_key     = %q
    security_token = %q
    endpoint       = %q
  }
}
`, credential.SecretID, credential.SecretKey, credential.Token, server.URL)
}

// data is a configuration with the data source, and echoed one with the
// ephemeral resource. The provider echo stores the values of the ephemeral
// resource in a resource, so that tests can check them.
func data(arguments string) string {
	return `
data "clouddesktop_cvm_console_url" "test" {
  instance_id = "ins-r9hr2upy"
  ` + arguments + `
}
`
}

func echoed(arguments string) string {
	return "ephemeral" + strings.TrimPrefix(strings.TrimSpace(data(arguments)), "data") + `
provider "echo" {
  data = ephemeral.clouddesktop_cvm_console_url.test
}
resource "echo" "test" {}
`
}

// opens opens the console like a browser.
func opens(server *cvmtest.Server, address, attribute string) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		found := state.RootModule().Resources[address]
		if found == nil {
			return errors.New("there is no " + address)
		}
		return server.Open(found.Primary.Attributes[attribute])
	}
}

// soon checks for a time in RFC 3339 within the next 15 seconds.
var soon = knownvalue.StringFunc(func(value string) error {
	at, err := time.Parse(time.RFC3339, value)
	if err == nil && time.Until(at).Abs() > 15*time.Second {
		return fmt.Errorf("%s is too far away", value)
	}
	return err
})
