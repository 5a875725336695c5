package desktop

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// importID returns username and uuid from an identity, or from an import ID.
// The last slash of the ID separates them, because a uuid contains no slash.
func importID(ctx context.Context, req resource.ImportStateRequest) (identityModel, diag.Diagnostics) {
	var id identityModel
	if req.ID == "" && req.Identity != nil {
		diags := req.Identity.Get(ctx, &id)
		return id, diags
	}
	i := strings.LastIndex(req.ID, "/")
	if i < 1 || i == len(req.ID)-1 || strings.TrimSpace(req.ID) != req.ID {
		return id, diag.Diagnostics{diagnose.AttributeError(path.Empty(), "Invalid Import ID",
			"The ID of a desktop is written USERNAME/DESKTOP_UUID, such as dev_01/9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f.")}
	}
	id.Username = types.StringValue(req.ID[:i])
	id.DesktopUUID = types.StringValue(req.ID[i+1:])
	return id, nil
}

// importInto sets the attributes that are known after an import.
func (m identityModel) importInto(ctx context.Context, data interface {
	SetAttribute(ctx context.Context, path path.Path, value any) diag.Diagnostics
},
) diag.Diagnostics {
	diags := data.SetAttribute(ctx, path.Root("username"), m.Username)
	diags.Append(data.SetAttribute(ctx, path.Root("desktop_uuid"), m.DesktopUUID)...)
	diags.Append(data.SetAttribute(ctx, path.Root("deletion_policy"), deletionAbandon)...)
	return diags
}
