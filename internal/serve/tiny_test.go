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

// tiny is a provider of a resource that waits in Read for the end of its call,
// and of a list and an action that keep their contexts.
type tiny struct {
	reading  chan struct{}
	streamed context.Context
}

func (p *tiny) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "tiny"
}
func (p *tiny) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (p *tiny) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (p *tiny) DataSources(context.Context) []func() datasource.DataSource                        { return nil }

func (p *tiny) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return tinyThing{p} }}
}

func (p *tiny) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return tinyList{tinyThing{p}} }}
}

func (p *tiny) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return tinyAction{p} }}
}

type tinyThing struct{ *tiny }

func (r tinyThing) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "tiny_thing"
}

func (r tinyThing) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema.Attributes = map[string]schema.Attribute{"name": schema.StringAttribute{Required: true}}
}

func (r tinyThing) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema.Attributes = map[string]identityschema.Attribute{"name": identityschema.StringAttribute{RequiredForImport: true}}
}
func (r tinyThing) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}
func (r tinyThing) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}
func (r tinyThing) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (r tinyThing) Read(ctx context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	close(r.reading)
	<-ctx.Done()
	resp.Diagnostics.AddError("The call has ended", context.Cause(ctx).Error())
}

type tinyList struct{ tinyThing }

func (l tinyList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema.Attributes = map[string]listschema.Attribute{"name": listschema.StringAttribute{Required: true}}
}

func (l tinyList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
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

type tinyAction struct{ *tiny }

func (a tinyAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "tiny_action"
}

func (a tinyAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema.Attributes = map[string]actionschema.Attribute{"name": actionschema.StringAttribute{Required: true}}
}

func (a tinyAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	a.streamed = ctx
	if err := ctx.Err(); err != nil {
		resp.Diagnostics.AddError("The call has ended", err.Error())
	}
}
