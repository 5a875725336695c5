package desktop

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/list/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listresourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/timeout"
)

// NewDesktopList returns the list resource clouddesktop_desktop.
func NewDesktopList() list.ListResource { return &desktopList{} }

// desktopList embeds the resource that it lists, for its type name and its
// client.
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
		MarkdownDescription: "Finds the desktops of a user, of all users of a group, or of all groups in the provider's `desktop.user_groups`, to import them. Requires Terraform 1.14; OpenTofu has no list resources.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The user whose desktops are listed. Set at most one of `username` and `user_group`; without them, the list covers the provider's `desktop.user_groups`.",
				Validators:          []validator.String{nameValidator()},
			},
			"user_group": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: groupDescription,
				Validators:          []validator.String{nameValidator()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeout.Positive(timeouts.BlockWithOpts(ctx, timeouts.Opts{
				ListDescription: "How long listing the desktops may take, such as `15m`. Default: `10m`.",
			})),
		},
	}
}

func (l *desktopList) ListResourceConfigValidators(context.Context) []list.ConfigValidator {
	return []list.ConfigValidator{
		listresourcevalidator.Conflicting(path.MatchRoot("username"), path.MatchRoot("user_group")),
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
	limited := limitedPush{push: push, limit: req.Limit}
	defer limited.flush()
	if !config.Username.IsNull() {
		l.listUser(ctx, req, config.Username.ValueString(), &limited)
		return
	}
	groups := l.client.UserGroups()
	if !config.UserGroup.IsNull() {
		groups = []string{config.UserGroup.ValueString()}
	}
	if len(groups) == 0 {
		limited.report(diagnose.AttributeError(path.Root("user_group"), "No Group to List",
			"Neither username nor user_group is set, and the provider's desktop block has no user_groups. Set one of them."))
	}
	for _, group := range groups {
		if !l.listGroup(ctx, req, group, &limited) {
			return
		}
	}
}

func (l *desktopList) listUser(ctx context.Context, req list.ListRequest, username string, limited *limitedPush) {
	user := desktopsOf(ctx, l.client, username)
	switch {
	case isUnknownUser(user.err):
		limited.report(diagnose.Warning("Find Desktops", user.err, fmt.Sprintf("The service does not know user %q, so the list is empty.", user.name)))
	case user.err != nil:
		limited.report(diagnose.Error("List Desktops of User "+user.name, user.err))
	default:
		pushUser(ctx, req, user, limited)
	}
}

// listGroup pushes the desktops of a group. It reports whether Terraform
// accepts more results.
func (l *desktopList) listGroup(ctx context.Context, req list.ListRequest, group string, limited *limitedPush) bool {
	before := limited.n
	for user := range usersOf(ctx, l.client, group) {
		if user.err != nil && !isUnknownUser(user.err) {
			limited.report(diagnose.Error("List Desktops of User "+user.name, user.err))
			return false
		}
		if !pushUser(ctx, req, user, limited) {
			return false
		}
	}
	return limited.n > before || limited.report(unknownGroup(group))
}

// pushUser pushes the desktops of a user. It reports whether Terraform accepts
// more results.
func pushUser(ctx context.Context, req list.ListRequest, user userDesktops, limited *limitedPush) bool {
	for _, found := range user.desktops {
		if !limited.add(listResult(ctx, req, user.name, found)) {
			return false
		}
	}
	return true
}

// listResult returns the result for a desktop, with the same state as after an
// import.
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
