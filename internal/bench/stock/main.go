// The provider to compare with: the schemas of the real one, no I/O, and a main
// function as the documentation of the framework has it.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	clouddesktop "github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider {
		return stock{clouddesktop.New("stock")().(whole)} //nolint:forcetypeassert // The bench fails if it is none.
	}, providerserver.ServeOpts{Address: "registry.terraform.io/clouddesktop/clouddesktop"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// whole is all that the provider offers.
type whole interface {
	provider.ProviderWithEphemeralResources
	provider.ProviderWithListResources
	provider.ProviderWithActions
}

type stock struct{ whole }

func (stock) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (p stock) Resources(ctx context.Context) []func() resource.Resource {
	constructors := p.whole.Resources(ctx)
	for i, construct := range constructors {
		constructors[i] = func() resource.Resource {
			r := construct()
			if identified, ok := r.(resource.ResourceWithIdentity); ok {
				return still{identified}
			}
			return r
		}
	}
	return constructors
}

// still has the schemas of a resource and believes whatever is planned.
type still struct{ resource.ResourceWithIdentity }

func (still) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics = believe(ctx, req.Plan, &resp.State, resp.Identity)
}

func (still) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.Diagnostics = believe(ctx, tfsdk.Plan(req.State), &resp.State, resp.Identity)
}

func (still) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics = believe(ctx, req.Plan, &resp.State, resp.Identity)
}

func (still) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// believe makes a state of a plan: every value that is not known, a text in
// all of the schemas, becomes "stock".
func believe(ctx context.Context, plan tfsdk.Plan, state *tfsdk.State, identity *tfsdk.ResourceIdentity) (diags diag.Diagnostics) {
	raw, err := tftypes.Transform(plan.Raw, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		return tftypes.NewValue(v.Type(), "stock"), nil
	})
	if err != nil {
		diags.AddError("Unable to Believe", err.Error())
		return diags
	}
	state.Raw = raw
	for name := range identity.Schema.GetAttributes() {
		var value string
		diags.Append(state.GetAttribute(ctx, path.Root(name), &value)...)
		diags.Append(identity.SetAttribute(ctx, path.Root(name), value)...)
	}
	return diags
}
