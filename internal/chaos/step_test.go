//go:build linux

package chaos

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// stepLimit is the maximum time of one command. The slowest is an apply without
// any callback: its desktops wait ten at a time, each for the create timeout,
// and twice if it resumes an order.
const stepLimit = 5 * time.Minute

// convergeLimit is the maximum time of a round after its attacks.
const convergeLimit = 10 * time.Minute

// terraform runs a command and keeps what it prints.
func (r *round) terraform(args ...string) acctest.Result {
	r.t.Helper()
	result := r.finish("terraform "+strings.Join(args, " "), r.cli.Start(args...))
	r.keep(result)
	return result
}

// finish waits until a command has ended. After stepLimit it kills the command,
// and the test fails with its output and the keys of the inbox.
func (r *round) finish(step string, command *acctest.Process) acctest.Result {
	r.t.Helper()
	began := time.Now()
	select {
	case <-command.Ended():
		result := command.Wait()
		r.steps = append(r.steps, fmt.Sprintf("%s: exit code %d after %.1f s", step, result.Code, time.Since(began).Seconds()))
		return result
	case <-time.After(stepLimit):
	}
	keys := r.site.keys()
	signal(-command.PID(), syscall.SIGKILL)
	result := command.Wait()
	r.t.Fatalf("seed %d, %s: %s did not end within %s, after these steps:\n%s\nit printed\n%s%s\nand the inbox holds\n%s",
		r.site.seed, r, step, stepLimit, strings.Join(r.steps, "\n"), result.Stdout, result.Stderr, strings.Join(keys, "\n"))
	return result
}

// keys returns the keys of the inbox, as far as they can be read.
func (s *site) keys() []string {
	var keys []string
	_ = fs.WalkDir(os.DirFS(s.folder()), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			keys = append(keys, name)
		}
		return nil
	}) // The function returns no error.
	return keys
}
