package desktop

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/localstate"
)

// maxNamed is the number of desktops that a message lists.
const maxNamed = 20

// checkState returns an error if Terraform was killed while it wrote the state
// to a local file. The file is empty then, and all its desktops would be ordered
// a second time.
func (r *desktopResource) checkState(ctx context.Context) diag.Diagnostics {
	if r.state == nil || !r.instances.First("state") {
		return nil
	}
	emptied, err := r.state.Emptied()
	if err != nil {
		return diag.Diagnostics{diagnose.Error("Read Local State", err)}
	}
	if emptied == nil {
		return nil
	}
	saved, err := r.client.SavedDesktops(ctx)
	if err != nil {
		return diag.Diagnostics{diagnose.Error("Read Earlier Orders", err)}
	}
	if len(saved.Desktops) == 0 && len(emptied.Desktops) == 0 && !emptied.Encrypted {
		return nil // No desktop was in the state.
	}
	return diag.Diagnostics{diagnose.Fail("State File Is Empty", emptiedText(emptied, saved))}
}

// emptiedText says how to restore the state.
func emptiedText(e *localstate.Emptied, saved desktop.SavedDesktops) string {
	text := []string{fmt.Sprintf("%s has no content: Terraform was probably killed while it wrote the file. The apply would order all its desktops a second time.", e.Path)}
	if e.Backup != "" {
		text = append(text, fmt.Sprintf("To restore the backup, run: terraform state push '%s'", e.Backup))
	}
	if missing := notIn(e.Desktops, saved.Desktops); len(missing) > 0 {
		text = append(text, missingText(e, missing, saved.ListCommand))
	}
	return strings.Join(append(text, fmt.Sprintf("If the state was emptied on purpose, delete %s.", e.Path)), "\n\n")
}

func missingText(e *localstate.Emptied, missing []string, list string) string {
	has := "and there is no backup"
	switch {
	case e.Encrypted:
		has = "and the backup is encrypted, so it is not known which of them it contains"
	case e.Backup != "":
		has = "which the backup does not contain"
	}
	more := ""
	if n := len(missing) - maxNamed; n > 0 {
		missing, more = missing[:maxNamed], fmt.Sprintf(" and %d more (to see all, run: %s)", n, list)
	}
	return fmt.Sprintf("Earlier states contained these desktops, %s: %s%s. Import each one that belongs to this configuration and is not in the state: terraform import ADDRESS 'USERNAME/UUID'",
		has, strings.Join(missing, ", "), more)
}

// notIn returns the import ids of the saved desktops that are not in the backup.
func notIn(backup []string, saved []desktop.UserDesktop) []string {
	var missing []string
	for _, d := range saved {
		if !slices.Contains(backup, d.DesktopUUID) {
			missing = append(missing, d.Username+"/"+d.DesktopUUID)
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing)
}
