package desktop

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/list/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listresourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// NewDesktopList returns the list resource clouddesktop_desktop.
func NewDesktopList() list.ListResource { return &desktopList{} }

// desktopList has the name and the client of the resource that it lists.
type desktopList struct {
	desktopResource
}

var (
	_ list.ListResourceWithConfigure        = (*desktopList)(nil)
	_ list.ListResourceWithConfigValidators = (*desktopList)(nil)
)

type desktopListModel struct {
	Username  types.String   `tfsdk:"username"`
	UserGroup types.String   `tfsdk:"user_group"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

func (l *desktopList) ListResourceConfigSchema(ctx context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds the desktops of a user, or of all users of a group, to import them. Needs Terraform 1.14.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The user whose desktops are listed. Set exactly one of `username` and `user_group`.",
				Validators:          []validator.String{nameValidator()},
			},
			"user_group": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The group whose users' desktops are listed: `dev` has the users `dev_01`, `dev_02`, and so on. " +
					"The service does not report how many users a group has, so the search ends when five in a row are unknown or have no desktop.",
				Validators: []validator.String{nameValidator()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{
				ListDescription: "How long listing the desktops may take, such as `15m`. Default: `10m`.",
			}),
		},
	}
}

func (l *desktopList) ListResourceConfigValidators(context.Context) []list.ConfigValidator {
	return []list.ConfigValidator{
		listresourcevalidator.ExactlyOneOf(path.MatchRoot("username"), path.MatchRoot("user_group")),
	}
}

func (l *desktopList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config desktopListModel
	diags := req.Config.Get(ctx, &config)
	timeout, more := config.Timeouts.List(ctx, listTimeout)
	if diags.Append(more...); diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		ctx, cancel := diagnose.WithTimeout(ctx, timeout)
		defer cancel()
		l.list(ctx, req, config, push)
	}
}

// list pushes the desktops of all users until the limit of the request.
func (l *desktopList) list(ctx context.Context, req list.ListRequest, config desktopListModel, push func(list.ListResult) bool) {
	var pushed int64
	var unknown error
	for user := range l.users(ctx, config) {
		if isUnknownUser(user.err) {
			unknown = user.err
			continue
		}
		if user.err != nil {
			push(list.ListResult{Diagnostics: diag.Diagnostics{diagnose.Error("List Desktops of User "+user.name, user.err)}})
			return
		}
		for _, found := range user.desktops {
			if !push(listResult(ctx, req, user.name, found)) {
				return
			}
			if pushed++; pushed == req.Limit {
				return
			}
		}
	}
	if pushed == 0 && unknown != nil {
		push(list.ListResult{Diagnostics: diag.Diagnostics{
			diagnose.Warning("Find Desktops", unknown, "The service knows none of the users that were asked for, so the list is empty."),
		}})
	}
}

func (l *desktopList) users(ctx context.Context, config desktopListModel) iter.Seq[userDesktops] {
	if config.UserGroup.IsNull() {
		return slices.Values([]userDesktops{desktopsOf(ctx, l.client, config.Username.ValueString())})
	}
	return usersOf(ctx, l.client, config.UserGroup.ValueString())
}

// listResult is what an import of the desktop would make of it.
func listResult(ctx context.Context, req list.ListRequest, username string, found desktop.Desktop) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("%s (%s)", cmp.Or(found.Name, found.UUID), username)
	id := identityModel{Username: types.StringValue(username), DesktopUUID: types.StringValue(found.UUID)}
	result.Diagnostics.Append(result.Identity.Set(ctx, &id)...)
	if req.IncludeResource {
		result.Diagnostics.Append(id.importInto(ctx, result.Resource)...)
		result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("desktop_name"), found.Name)...)
	}
	return result
}
