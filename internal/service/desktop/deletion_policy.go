package desktop

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// The values of deletion_policy: of a desktop abandon, revoke and prevent, of a
// policy reset and abandon.
const (
	deletionAbandon = "abandon"
	deletionRevoke  = "revoke"
	deletionPrevent = "prevent"
	deletionReset   = "reset"
)

// destroyPrevented is the error for a desktop that must not be destroyed.
func destroyPrevented(state desktopModel) diag.Diagnostic {
	return diagnose.AttributeError(path.Root("deletion_policy"), "Desktop Must Not Be Destroyed",
		fmt.Sprintf("Desktop %s of user %s has deletion_policy = %q. To give it up, apply with %q or %q first, or remove it from the state with a removed block.",
			state.DesktopUUID.ValueString(), state.Username.ValueString(), deletionPrevent, deletionAbandon, deletionRevoke))
}
