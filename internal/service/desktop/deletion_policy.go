package desktop

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// The values of deletion_policy: abandon, revoke and prevent for a desktop,
// reset and abandon for a policy.
const (
	deletionAbandon = "abandon"
	deletionRevoke  = "revoke"
	deletionPrevent = "prevent"
	deletionReset   = "reset"
)

const revokeHint = `To leave the password as it is, apply with deletion_policy = "abandon" first, or remove the resource from the state with a removed block.`

// priorDesktop is a desktop that will be destroyed or replaced. With -replace
// and replace_triggered_by, only the second of two plan calls shows this. The
// second call has no prior state, but the private state that the first call
// planned.
type priorDesktop struct {
	Username       string `json:"username"`
	UUID           string `json:"uuid"`
	DeletionPolicy string `json:"deletion_policy"`
	// Warned reports whether the first call has already warned.
	Warned bool `json:"warned,omitempty"`
}

func (m *desktopModel) prior() priorDesktop {
	return priorDesktop{
		Username: m.Username.ValueString(), UUID: m.DesktopUUID.ValueString(), DeletionPolicy: m.DeletionPolicy.ValueString(),
	}
}

func (p priorDesktop) String() string {
	return fmt.Sprintf("desktop %s of user %s", p.UUID, p.Username)
}

// checkDestroy returns an error for a desktop that must not be destroyed. For
// any other, it warns that the desktop keeps running, because the service
// cannot delete it.
func (r *desktopResource) checkDestroy(ctx context.Context, prior priorDesktop) diag.Diagnostic {
	switch prior.DeletionPolicy {
	case deletionPrevent:
		return destroyPrevented(prior)
	case deletionRevoke:
		return diagnose.Warn("Desktop Keeps Running", keepsRunning(prior)+
			fmt.Sprintf(" With deletion_policy = %q, the password of the user is reset to a random one%s.", deletionRevoke, r.otherDesktops(ctx, prior)))
	}
	return diagnose.Warn("Desktop Keeps Running", keepsRunning(prior))
}

func keepsRunning(prior priorDesktop) string {
	return fmt.Sprintf("The service cannot delete a desktop: when desktop %s of user %s is destroyed or replaced, it keeps running, and Terraform no longer manages it.",
		prior.UUID, prior.Username)
}

// otherDesktops returns the desktops with the same password, which will be
// revoked, as text.
func (r *desktopResource) otherDesktops(ctx context.Context, prior priorDesktop) string {
	if r.client == nil || r.client.Available() != nil {
		return ", for all desktops of the user"
	}
	desktops, err := r.client.UserDesktops(ctx, prior.Username)
	if err != nil {
		return fmt.Sprintf(", for all desktops of the user, which cannot be listed now (%v)", err)
	}
	var others []string
	for _, d := range desktops {
		if d.UUID != prior.UUID {
			others = append(others, fmt.Sprintf("%s (%s)", d.Name, d.UUID))
		}
	}
	if len(others) == 0 {
		return ""
	}
	return ". The user needs the same password for other desktops: " + strings.Join(others, ", ")
}

// destroyPrevented returns the error for a desktop that must not be destroyed.
func destroyPrevented(prior priorDesktop) diag.Diagnostic {
	return diagnose.AttributeError(path.Root("deletion_policy"), "Desktop Must Not Be Destroyed",
		fmt.Sprintf("Desktop %s of user %s has deletion_policy = %q, so it can be neither destroyed nor replaced. To stop managing it, apply with %q or %q first, "+
			"or remove it from the state with a removed block. If Terraform calls it a deposed object, only terraform state rm ADDRESS removes it; import the current desktop again afterwards.",
			prior.UUID, prior.Username, deletionPrevent, deletionAbandon, deletionRevoke))
}
