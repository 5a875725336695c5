//go:build linux

package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// Terraform empties a local state file before each write. If it is killed in
// between, the file stays empty or incomplete.

// waitForStateWrite waits until Terraform has emptied the state file to write
// it. It returns false if the apply has ended.
func (r *round) waitForStateWrite(apply *acctest.Process) bool {
	ended := apply.Ended()
	for written := false; ; {
		info, err := os.Stat(r.stateFile())
		size := int64(-1)
		if err == nil {
			size = info.Size()
		}
		if written && size == 0 {
			return true
		}
		written = written || size > 0
		select {
		case <-ended:
			return false
		case <-time.After(100 * time.Microsecond):
		}
	}
}

// emptyState does what an apply does to write its first change: it writes the
// backup, and empties the state file.
func (r *round) emptyState() {
	r.t.Helper()
	state, err := os.ReadFile(r.stateFile())
	if _, missing := os.Stat(r.stateFile() + ".backup"); err == nil && os.IsNotExist(missing) {
		err = os.WriteFile(r.stateFile()+".backup", state, 0o600)
	}
	if err == nil {
		err = os.Truncate(r.stateFile(), 0)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *round) stateFile() string { return filepath.Join(r.cli.Dir, "terraform.tfstate") }

// repairState replaces a state file that Terraform cannot read by its backup, as
// the guide says. Without a backup, all orders are still in the inbox.
func (r *round) repairState() {
	r.t.Helper()
	content, err := os.ReadFile(r.stateFile())
	if err != nil || len(content) == 0 || json.Valid(content) {
		return
	}
	r.counts.commands++
	err = os.Rename(r.stateFile()+".backup", r.stateFile())
	if os.IsNotExist(err) {
		err = os.Remove(r.stateFile())
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

var (
	lostDesktops = regexp.MustCompile(`Earlier states contained these desktops, .*?: (.*?)\. Import`)
	importID     = regexp.MustCompile(`group(\d)_\d+/\S+[^\s,.]`)
)

// importLost imports the desktops that a message lists because the backup of the
// state does not contain them.
func (r *round) importLost(text string) {
	r.t.Helper()
	lost := lostDesktops.FindStringSubmatch(text)
	if lost == nil {
		return
	}
	for _, id := range importID.FindAllStringSubmatch(lost[1], -1) {
		state := r.cli.MustRun("state", "list").Stdout
		for index := range r.counts.wanted {
			address := fmt.Sprintf("clouddesktop_desktop.this[%d]", index)
			if fmt.Sprint(index%4) != id[1] || strings.Contains(state, address) {
				continue
			}
			r.keep(r.cli.MustRun("import", address, id[0]))
			r.counts.commands++
			break
		}
	}
}

// The first desktops are confirmed when the state is lost, so that no order in
// the inbox leads to them.
func TestChaos_stateIsLost(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	s := newSite(t, "directory", 0) // Terraform and the provider are killed; local state.
	r := s.rounds[0]
	first := []string{"apply", "-auto-approve"}
	for index := range *desktops / 2 {
		first = append(first, fmt.Sprintf("-target=clouddesktop_desktop.this[%d]", index))
	}
	r.keep(r.cli.MustRun(first...))
	apply := r.cli.Start("apply", "-auto-approve")
	for placed := len(s.service.Orders()); len(s.service.Orders()) == placed; {
		select {
		case <-apply.Ended():
			t.Fatal("the apply has ended")
		case <-time.After(2 * time.Millisecond):
		}
	}
	r.attack.do(r, apply)
	r.keep(r.finish("an apply that is killed while it writes the state", apply))
	r.emptyState()
	r.converge()
	if !strings.Contains(r.printed.String(), "terraform state push 'terraform.tfstate.backup'") {
		t.Errorf("no message said how to restore the state:\n%s", r.printed.String())
	}
	s.check()
}
