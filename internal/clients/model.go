package clients

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
)

// Model is the provider block.
type Model struct {
	Desktop      types.Object `tfsdk:"desktop"`
	Callback     types.Object `tfsdk:"callback"`
	HPC          types.Object `tfsdk:"hpc"`
	TencentCloud types.Object `tfsdk:"tencentcloud"`
	HuaweiCloud  types.Object `tfsdk:"huaweicloud"`
	OpenStack    types.Object `tfsdk:"openstack"`
}

// Blocks are the nested blocks of the provider block.
func Blocks() map[string]schema.Block {
	return map[string]schema.Block{
		"desktop":      desktopBlock(),
		"callback":     callbackBlock(),
		"hpc":          hpcBlock(),
		"tencentcloud": tencentCloudBlock(),
		"huaweicloud":  huaweiCloudBlock(),
		"openstack":    openStackBlock(),
	}
}

// New returns the clients of the services that the block or the environment
// configures. It sends no request and opens no file.
func New(ctx context.Context, env Env, model Model, diags *diag.Diagnostics) *Set {
	huawei := newHuaweiCloud(ctx, env, model.HuaweiCloud, diags)
	return &Set{
		instances: instances.New(),
		state:     &LocalState{env},

		desktop: newDesktop(ctx, env, model.Desktop, model.Callback, diags),
		hpc:     newHPC(ctx, env, model.HPC, diags),
		cvm:     newCVM(ctx, env, model.TencentCloud, diags),

		workspace: huawei.workspace,
		compute:   newCompute(model, huawei.nova, newOpenStack(ctx, env, model.OpenStack, diags)),
	}
}
