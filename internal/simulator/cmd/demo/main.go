// Command demo runs the provider with Terraform or OpenTofu: it orders,
// resizes, imports and destroys desktops of a simulated service. It needs no
// network and removes all its files.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, terminate)
	err := run(ctx, os.Stdout, "examples/demo", time.Second)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run applies the configuration in a directory. delay is the time that each
// order takes.
func run(ctx context.Context, out io.Writer, config string, delay time.Duration) (err error) {
	terraform, err := acctest.Terraform()
	if err != nil {
		return err
	}
	version, err := acctest.InstalledVersion()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "clouddesktop-demo")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	show := &screen{out: out}
	show.title("Build the provider and start a simulated cloud desktop service")
	executable := filepath.Join(dir, "terraform-provider-clouddesktop")
	if err := acctest.Build(ctx, executable, "github.com/clouddesktop/terraform-provider-clouddesktop"); err != nil {
		return err
	}
	env, err := acctest.InstallProvider(dir, executable)
	if err != nil {
		return err
	}
	work := filepath.Join(dir, "work")
	if err := os.CopyFS(work, os.DirFS(config)); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	service := simulator.New(show.service, desktoptest.WithCallbackDelay(delay))
	// After an interrupt the service runs until Terraform has ended.
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- service.Serve(serving, listener) }()
	defer func() {
		end()
		err = errors.Join(err, <-served)
	}()

	t := &runner{show: show, terraform: terraform, name: version.Command(), dir: work, env: append(env, "CLOUDDESKTOP_ENDPOINT="+url)}
	found := ""
	for _, step := range []struct {
		title  string
		args   func() []string
		before func()
	}{
		{title: "Initialize the configuration in " + config, args: words("init", "-no-color")},
		{title: "Order three desktops for two groups, set the sizes of one, a policy and a password", args: words("apply", "-auto-approve")},
		{title: "Plan again: no changes", args: words("plan", "-detailed-exitcode")},
		{title: "Grow a disk from 50 to 80 GiB", args: words("apply", "-auto-approve", "-var=disk_gib=80")},
		{
			title:  "Import a desktop created outside Terraform",
			before: func() { found = "alice/" + service.Desktop.AddDesktop("alice", "macos") },
			args: func() []string {
				return []string{"apply", "-auto-approve", "-var=disk_gib=80", "-var=found=" + found}
			},
		},
		{title: "Check for drift: none", args: func() []string {
			return []string{"plan", "-refresh-only", "-detailed-exitcode", "-var=disk_gib=80", "-var=found=" + found}
		}},
		{title: "Destroy: the service cannot delete desktops, and the warnings say which keep running", args: func() []string {
			return []string{"destroy", "-auto-approve", "-var=disk_gib=80", "-var=found=" + found}
		}},
	} {
		show.title(step.title)
		if step.before != nil {
			step.before()
		}
		if err := t.run(ctx, step.args()...); err != nil {
			return err
		}
	}
	show.title("Done. All files of the demo are removed.")
	return nil
}

func words(args ...string) func() []string { return func() []string { return args } }

// runner runs Terraform commands in one working directory.
type runner struct {
	show      *screen
	terraform string
	name      string // The name of the command for the output.
	dir       string
	env       []string
}

// run runs a command and shows the important lines of its output, or all of it
// if the command fails. An interrupt is passed to Terraform, which then stops.
func (r *runner) run(ctx context.Context, args ...string) error {
	r.show.command(r.name, args)
	if args[0] != "init" { // Terraform 1.8 and OpenTofu have no JSON output for init.
		args = append(args[:1:1], append([]string{"-json"}, args[1:]...)...)
	}
	cmd := exec.CommandContext(ctx, r.terraform, args...)
	cmd.Dir, cmd.Env = r.dir, r.env
	inOwnGroup(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	lines, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	hidden := make(chan []string, 1)
	go func() { hidden <- r.show.terraform(lines) }()
	err := cmd.Run()
	_ = writer.Close()
	rest := <-hidden
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if err != nil {
		r.show.failure(rest)
		return fmt.Errorf("%s %s: %w", r.name, args[0], err)
	}
	return nil
}
