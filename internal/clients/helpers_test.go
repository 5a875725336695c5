package clients

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

const serverID = "47bc79ae-df61-4ade-9197-283a74e5d70e"

type values = map[string]string

// fakes are the fake services of one cloud.
type fakes struct {
	identity              *identitytest.Server
	huawei                *workspacetest.Server
	nova                  *novatest.Server
	huaweiBase, stackBase values
}

func startFakes(t *testing.T) fakes {
	t.Helper()
	f := fakes{identity: identitytest.Start(t)}
	f.huawei = workspacetest.Start(t, f.identity)
	f.nova = novatest.Start(t, f.identity)
	f.nova.SetServer(serverID, novatest.Active)
	f.identity.AddEndpoint(identitytest.Endpoint{
		Type: "compute", Interface: "public", Region: identitytest.Region, URL: f.nova.URL + "/v2.1/" + identitytest.ProjectID,
	})
	f.huaweiBase = values{
		"region": identitytest.Region, "workspace_endpoint": f.huawei.URL, "ecs_endpoint": f.nova.URL, "iam_endpoint": f.identity.URL,
	}
	f.stackBase = values{"auth_url": f.identity.URL + "/v3"}
	return f
}

func with(sets ...values) values {
	all := values{}
	for _, set := range sets {
		maps.Copy(all, set)
	}
	return all
}

// object returns a block with these arguments, or a null block.
func object(t *testing.T, attribute schema.Block, written values) types.Object {
	t.Helper()
	kinds := attribute.Type().(types.ObjectType).AttrTypes
	if written == nil {
		return types.ObjectNull(kinds)
	}
	attributes := map[string]attr.Value{}
	for name := range kinds {
		attributes[name] = types.StringNull()
		if value, ok := written[name]; ok {
			attributes[name] = types.StringValue(value)
		}
	}
	if len(attributes) != len(with(written, nullsOf(kinds))) {
		t.Fatalf("a name in %v is not an attribute", written)
	}
	return types.ObjectValueMust(kinds, attributes)
}

func nullsOf(kinds map[string]attr.Type) values {
	all := values{}
	for name := range kinds {
		all[name] = ""
	}
	return all
}

func environment(variables values) Env {
	return Env{Getenv: func(name string) string { return variables[name] }, Retry: api.RetryPolicy{Initial: time.Millisecond}}
}

// newSet returns the clients and the errors of the blocks. A nil block is not
// in the configuration.
func newSet(t *testing.T, env, huawei, stack values) (*Set, diag.Diagnostics) {
	t.Helper()
	var diags diag.Diagnostics
	model := Model{HuaweiCloud: object(t, huaweiCloudBlock(), huawei), OpenStack: object(t, openStackBlock(), stack)}
	huaweiClients := newHuaweiCloud(t.Context(), environment(env), model.HuaweiCloud, &diags)
	return &Set{
		workspace: huaweiClients.workspace,
		compute:   newCompute(model, huaweiClients.nova, newOpenStack(t.Context(), environment(env), model.OpenStack, &diags)),
	}, diags
}

// console opens a console in the configured cloud.
func console(ctx context.Context, set *Set) error {
	client, _, err := set.compute.Cloud("")
	if err != nil {
		return err
	}
	_, err = client.RemoteConsole(ctx, serverID)
	return err
}

// logins reads login records.
func logins(ctx context.Context, set *Set) error {
	client, err := set.Workspace()
	if err != nil {
		return err
	}
	for _, err := range client.LoginRecords(ctx, workspace.LoginRecordsInput{}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// wantError checks that there is one error, at this attribute, with this text.
func wantError(t *testing.T, diags diag.Diagnostics, at, text string) {
	t.Helper()
	if len(diags) != 1 {
		t.Fatalf("diagnostics %v, want one", diags)
	}
	d, ok := diags[0].(diag.DiagnosticWithPath)
	if !ok || d.Path().String() != at || !strings.Contains(d.Detail(), text) {
		t.Errorf("diagnostic %v\nwant %q at %s", diags[0], text, at)
	}
}
