//go:build linux

package chaos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// converge applies, and runs the commands in the messages, until a plan has no
// changes.
func (r *round) converge() {
	r.t.Helper()
	r.recoverState()
	var last acctest.Result
	for began := time.Now(); r.counts.applies < maxApplies && time.Since(began) < convergeLimit; {
		last = r.terraform("apply", "-auto-approve", "-no-color", "-parallelism=10")
		r.counts.applies++
		if last.Code == 0 {
			plan := r.terraform("plan", "-detailed-exitcode", "-no-color")
			if plan.Code == 0 {
				return
			}
			last = plan
		}
		r.follow(last)
	}
	r.t.Errorf("seed %d, %s: it has not converged after these steps:\n%s\nthe last one printed\n%s%s", r.site.seed, r, strings.Join(r.steps, "\n"), last.Stdout, last.Stderr)
}

// recoverState handles a state that Terraform could not write or upload. After
// an upload that failed, it pushes the state every second time, as Terraform's
// message says; otherwise the state is lost.
func (r *round) recoverState() {
	r.t.Helper()
	r.repairState()
	errored := filepath.Join(r.cli.Dir, "errored.tfstate")
	if _, err := os.Stat(errored); err != nil {
		return
	}
	if r.rng.IntN(2) == 0 {
		r.cli.MustRun("state", "push", "errored.tfstate")
		r.counts.commands++
	}
	if err := os.Remove(errored); err != nil {
		r.t.Fatal(err)
	}
}

var (
	ordersCommand = regexp.MustCompile(`terraform-provider-clouddesktop (orders (release|close) ([0-9a-z-]+)((?: --(?:inbox|scope) (?:'[^']*'|\S+))*))(?:\.? )( ?--desktop)?`)
	stateCommand  = regexp.MustCompile(`terraform state (rm|push) '?([^\s']+)'?`)
	candidates    = regexp.MustCompile(`No callback came for order ([0-9a-z-]+) .*? new desktops: (.*?)\. If one of them`)
)

// follow runs the commands in a message. If the message offers to release or to
// close an order, follow releases it, because the desktop is still wanted. It
// closes an order only if the message lists no candidate.
func (r *round) follow(result acctest.Result) {
	r.t.Helper()
	text := result.Unframed()
	commands := map[string]string{} // The commands by order.
	chosen := r.choose(text)
	for _, match := range ordersCommand.FindAllStringSubmatch(text, -1) {
		command, verb, ref, named := match[1], match[2], match[3], match[5] != ""
		switch _, known := commands[ref]; {
		case named && chosen[ref] != "":
			commands[ref] = command + " --desktop " + chosen[ref]
		case named:
			commands[ref] = ""
		case verb == "release", !known:
			commands[ref] = command
		}
	}
	for _, command := range commands {
		if command != "" {
			r.orders(command)
		}
	}
	for _, match := range stateCommand.FindAllStringSubmatch(text, -1) {
		r.keep(r.cli.MustRun("state", match[1], match[2]))
		r.counts.commands++
	}
	r.importLost(text)
}

// choose returns a desktop for each order whose callback seems lost. If a
// message lists an order for the first time, its callback may still arrive, so
// another apply runs first. Orders of one kind are interchangeable, so it
// returns any of their candidates.
func (r *round) choose(text string) map[string]string {
	chosen := map[string]string{}
	for _, match := range candidates.FindAllStringSubmatch(text, -1) {
		ref := match[1]
		if !r.named[ref] {
			r.named[ref] = true
			continue
		}
		for _, id := range uuid.FindAllString(match[2], -1) {
			if chosen[ref] == "" && !r.chosen[id] {
				chosen[ref], r.chosen[id] = id, true
			}
		}
	}
	return chosen
}

// orders runs a command of a message in a shell.
func (r *round) orders(command string) {
	r.t.Helper()
	result := runOrders(r.t, r.cli, strings.TrimPrefix(command, "orders ")+" --yes")
	r.keep(result)
	r.counts.commands++
	if result.Code != 0 {
		r.t.Errorf("%s: exit code %d\n%s%s", command, result.Code, result.Stdout, result.Stderr)
	}
}

// runOrders runs "orders" with these arguments in a shell.
func runOrders(t *testing.T, cli *acctest.CLI, arguments string) acctest.Result {
	t.Helper()
	line := fmt.Sprintf("exec %q orders %s", acctest.Provider(t), arguments)
	shell := exec.CommandContext(t.Context(), "/bin/sh", "-c", line)
	shell.Dir, shell.Env = cli.Dir, cli.Env
	var stdout, stderr strings.Builder
	shell.Stdout, shell.Stderr = &stdout, &stderr
	if err := shell.Run(); err != nil && shell.ProcessState == nil {
		t.Fatal(err)
	}
	return acctest.Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: shell.ProcessState.ExitCode()}
}
