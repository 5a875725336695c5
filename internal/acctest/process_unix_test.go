//go:build unix

package acctest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

func TestProcess_interruptsTheWholeGroup(t *testing.T) {
	script := filepath.Join(t.TempDir(), "terraform")
	const content = `#!/bin/sh
trap 'exit 7' INT
sh -c 'trap "echo child; exit" INT; touch ready; while :; do sleep 0.05; done'
`
	if err := os.WriteFile(script, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_ACC_TERRAFORM_PATH", script)
	cli := acctest.NewCLIFor(t, "unused")
	process := cli.Start("apply")
	for ready := false; !ready; {
		<-time.After(10 * time.Millisecond)
		_, err := os.Stat(filepath.Join(cli.Dir, "ready"))
		ready = err == nil
	}
	process.Interrupt()
	if got := process.Wait(); got.Code != 7 || !got.Printed("child") {
		t.Errorf("got %+v", got)
	}
}
