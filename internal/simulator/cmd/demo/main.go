// Command demo shows the provider at work: the real Terraform CLI orders,
// sizes, grows, imports and gives up desktops of a simulated service. It needs
// no network and leaves nothing behind.
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
	"syscall"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, "examples/demo", time.Second)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run shows the configuration in a directory; an order takes as long as delay.
func run(ctx context.Context, out io.Writer, config string, delay time.Duration) (err error) {
	terraform, err := acctest.Terraform()
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
	// The service outlives an interrupt: Terraform ends first.
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- service.Serve(serving, listener) }()
	defer func() {
		end()
		err = errors.Join(err, <-served)
	}()

	t := &runner{show: show, terraform: terraform, dir: work, env: append(env, "CLOUDDESKTOP_ENDPOINT="+url)}
	found := ""
	for _, step := range []struct {
		title  string
		args   func() []string
		before func()
	}{
		{title: "Prepare the configuration in " + config, args: words("init", "-no-color")},
		{title: "Order three desktops of two groups, one of them with sizes; set the policy and a password", args: words("apply", "-auto-approve")},
		{title: "Plan again: nothing to do", args: words("plan", "-detailed-exitcode")},
		{title: "Grow a disk from 50 to 80 GiB", args: words("apply", "-auto-approve", "-var=disk_gib=80")},
		{
			title:  "Import a desktop that somebody ordered by other means",
			before: func() { found = "alice/" + service.Desktop.AddDesktop("alice", "macos") },
			args: func() []string {
				return []string{"apply", "-auto-approve", "-var=disk_gib=80", "-var=found=" + found}
			},
		},
		{title: "Look for drift: none", args: func() []string {
			return []string{"plan", "-refresh-only", "-detailed-exitcode", "-var=disk_gib=80", "-var=found=" + found}
		}},
		{title: "Give everything up: the service cannot delete desktops, and Terraform says so", args: func() []string {
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
	show.title("Done. Nothing of this is left on the machine.")
	return nil
}

func words(args ...string) func() []string { return func() []string { return args } }

// runner runs Terraform commands in one working directory.
type runner struct {
	show      *screen
	terraform string
	dir       string
	env       []string
}

// run shows a command and what matters of its output. An interrupt is handed on
// to Terraform, which then ends by itself.
func (r *runner) run(ctx context.Context, args ...string) error {
	r.show.command(args)
	if args[0] != "init" { // Of Terraform 1.8 to 1.11, it alone has no other output.
		args = append(args[:1:1], append([]string{"-json"}, args[1:]...)...)
	}
	cmd := exec.CommandContext(ctx, r.terraform, args...)
	cmd.Dir, cmd.Env = r.dir, r.env
	// In a group of its own Terraform does not get a terminal's Ctrl-C as well:
	// a second one would make it drop everything.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	lines, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		r.show.terraform(lines)
	}()
	err := cmd.Run()
	_ = writer.Close()
	<-shown
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if err != nil {
		return fmt.Errorf("terraform %s: %w", args[0], err)
	}
	return nil
}
