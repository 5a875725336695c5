package workspace_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

const dataSource = "data.clouddesktop_login_records.test"

func start(t *testing.T) (*identitytest.Server, *workspacetest.Server) {
	t.Helper()
	cloud := identitytest.Start(t)
	return cloud, workspacetest.Start(t, cloud)
}

var key = fmt.Sprintf("access_key = %q\nsecret_key = %q", identitytest.AccessKey, identitytest.SecretKey)

func provider(cloud *identitytest.Server, server *workspacetest.Server, credentials string) string {
	return fmt.Sprintf(`
provider "clouddesktop" {
  huaweicloud {
    region             = %q
    project_id         = %q
    workspace_endpoint = %q
    iam_endpoint       = %q
    %s
  }
}
`, identitytest.Region, identitytest.ProjectID, server.URL, cloud.URL, credentials)
}

func data(arguments string) string {
	return "data \"clouddesktop_login_records\" \"test\" {\n" + arguments + "\n}\n"
}

func hasValue(attribute string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(dataSource, tfjsonpath.New(attribute), check)
}

// holds checks the total and the transaction ids of the records.
func holds(total int64, transactions ...string) []statecheck.StateCheck {
	records := []knownvalue.Check{}
	for _, id := range transactions {
		records = append(records, knownvalue.ObjectPartial(map[string]knownvalue.Check{"transaction_id": knownvalue.StringExact(id)}))
	}
	return []statecheck.StateCheck{hasValue("total_count", knownvalue.Int64Exact(total)), hasValue("records", knownvalue.ListExact(records))}
}
