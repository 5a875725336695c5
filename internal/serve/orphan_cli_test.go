//go:build !windows

package serve_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

func TestProvider_endsWhenTerraformIsKilled(t *testing.T) {
	t.Parallel()
	asked, hang := make(chan struct{}, 1), make(chan struct{})
	service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-hang
	}))
	t.Cleanup(func() {
		close(hang)
		service.Close()
	})

	// The provider holds the FIFO open. Reading from it returns EOF when the
	// provider has ended.
	dir := t.TempDir()
	fifo, wrapper := filepath.Join(dir, "fifo"), filepath.Join(dir, "provider")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec %q \"$@\" 3>>%q\n", acctest.Provider(t), fifo)
	if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	alive, err := os.OpenFile(fifo, os.O_RDWR, 0) // Opening it only for reading would block.
	if err != nil {
		t.Fatal(err)
	}
	reader, err := os.Open(fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()

	cli := acctest.NewCLIFor(t, wrapper)
	cli.Env = append(cli.Env, "CLOUDDESKTOP_ENDPOINT="+service.URL)
	cli.Write("main.tf", `
terraform {
  required_providers {
    clouddesktop = { source = "registry.terraform.io/clouddesktop/clouddesktop" }
  }
}

data "clouddesktop_user_desktops" "this" {
  username = "design_01"
}
`)
	cli.MustRun("init")
	plan := cli.Start("plan")
	<-asked
	plan.KillAlone()
	alive.Close()
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Error(err)
	}
}
