package serve

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// fakeProvider has a resource whose Read waits until its call is cancelled, and
// a list and an action that store their contexts.
type fakeProvider struct {
	reading  chan struct{}
	streamed context.Context
}

func (p *fakeProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "fake"
}
func (p *fakeProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (p *fakeProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (p *fakeProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *fakeProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return fakeResource{p} }}
}

func (p *fakeProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return fakeList{fakeResource{p}} }}
}

func (p *fakeProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return fakeAction{p} }}
}

type fakeResource struct{ *fakeProvider }

func (r fakeResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "fake_item"
}

func (r fakeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema.Attributes = map[string]schema.Attribute{"name": schema.StringAttribute{Required: true}}
}

func (r fakeResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema.Attributes = map[string]identityschema.Attribute{"name": identityschema.StringAttribute{RequiredForImport: true}}
}
func (r fakeResource) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}
func (r fakeResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}
func (r fakeResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (r fakeResource) Read(ctx context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	close(r.reading)
	<-ctx.Done()
	resp.Diagnostics.AddError("The call has ended", context.Cause(ctx).Error())
}

type fakeList struct{ fakeResource }

func (l fakeList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema.Attributes = map[string]listschema.Attribute{"name": listschema.StringAttribute{Required: true}}
}

func (l fakeList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	l.streamed = ctx
	stream.Results = func(push func(list.ListResult) bool) {
		result := req.NewListResult(ctx)
		result.DisplayName = "one"
		result.Diagnostics.Append(result.Identity.Set(ctx, struct {
			Name string `tfsdk:"name"`
		}{"one"})...)
		if err := ctx.Err(); err != nil {
			result.Diagnostics.AddError("The call has ended", err.Error())
		}
		push(result)
	}
}

type fakeAction struct{ *fakeProvider }

func (a fakeAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "fake_action"
}

func (a fakeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema.Attributes = map[string]actionschema.Attribute{"name": actionschema.StringAttribute{Required: true}}
}

func (a fakeAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	a.streamed = ctx
	if err := ctx.Err(); err != nil {
		resp.Diagnostics.AddError("The call has ended", err.Error())
	}
}
