package clients

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Model is the provider block.
type Model struct {
	Desktop  types.Object `tfsdk:"desktop"`
	Callback types.Object `tfsdk:"callback"`
}

// Attributes describe the provider block.
func Attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"desktop":  desktopAttribute(),
		"callback": callbackAttribute(),
	}
}

// New returns the clients of the services that the block or the environment
// configures. It sends nothing and opens nothing.
func New(ctx context.Context, env Env, model Model, diags *diag.Diagnostics) *Set {
	return &Set{
		desktop: newDesktop(ctx, env, model.Desktop, model.Callback, diags),
	}
}
