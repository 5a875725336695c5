// Command stock is a provider for comparison. It has the schemas of the real
// provider, no I/O, and the main function from the documentation of the
// framework.
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
		return stock{clouddesktop.New("stock")().(fullProvider)} //nolint:forcetypeassert // If this fails, the benchmark fails too.
	}, providerserver.ServeOpts{Address: "registry.terraform.io/clouddesktop/clouddesktop"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// fullProvider lists the interfaces of the real provider.
type fullProvider interface {
	provider.ProviderWithEphemeralResources
	provider.ProviderWithListResources
	provider.ProviderWithActions
}

type stock struct{ fullProvider }

func (stock) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (p stock) Resources(ctx context.Context) []func() resource.Resource {
	constructors := p.fullProvider.Resources(ctx)
	for i, construct := range constructors {
		constructors[i] = func() resource.Resource {
			r := construct()
			if identified, ok := r.(resource.ResourceWithIdentity); ok {
				return echoResource{identified}
			}
			return r
		}
	}
	return constructors
}

// echoResource has the schemas of a resource and stores the planned values.
type echoResource struct{ resource.ResourceWithIdentity }

func (echoResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics = storePlan(ctx, req.Plan, &resp.State, resp.Identity)
}

func (echoResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.Diagnostics = storePlan(ctx, tfsdk.Plan(req.State), &resp.State, resp.Identity)
}

func (echoResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics = storePlan(ctx, req.Plan, &resp.State, resp.Identity)
}

func (echoResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// storePlan stores a plan as the state. It replaces every unknown value, which
// is a string in all schemas, with "stock".
func storePlan(ctx context.Context, plan tfsdk.Plan, state *tfsdk.State, identity *tfsdk.ResourceIdentity) (diags diag.Diagnostics) {
	raw, err := tftypes.Transform(plan.Raw, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		return tftypes.NewValue(v.Type(), "stock"), nil
	})
	if err != nil {
		diags.AddError("Unable to Store Plan", err.Error())
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
