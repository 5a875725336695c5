//go:build !windows

package relay

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

const nonRoot = 65532

// The built program runs as in a container: as a user without privileges, in a
// read-only working directory, on the port in the environment.
func TestRelay_startsAsInAContainer(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	executable, work, data := filepath.Join(folder, "provider"), filepath.Join(folder, "work"), filepath.Join(folder, "data")
	if err := acctest.Build(t.Context(), executable, "github.com/clouddesktop/terraform-provider-clouddesktop"); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(data, "token")
	// The user of the container must reach the folders of the test.
	if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Chmod(folder, 0o755), //nolint:gosec // See above.
		os.Mkdir(work, 0o555), os.Mkdir(data, 0o700), os.WriteFile(secret, []byte(token), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), executable, "relay", "--inbox", filepath.Join(data, "inbox"), "--token-file", secret)
	cmd.Dir = work
	cmd.Env = []string{"PORT=" + strconv.Itoa(acctest.FreePort(t))}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nonRoot, Gid: nonRoot}}
		if err := errors.Join(os.Chown(data, nonRoot, nonRoot), os.Chown(secret, nonRoot, nonRoot)); err != nil {
			t.Fatal(err)
		}
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var started struct{ Msg, Address string }
	lines := bufio.NewReader(stderr)
	line, err := lines.ReadString('\n')
	if err != nil || json.Unmarshal([]byte(line), &started) != nil || started.Msg != "relay started" {
		t.Fatalf("the relay did not start: %v\n%s", err, line)
	}
	if !strings.HasSuffix(started.Address, ":"+strings.TrimPrefix(cmd.Env[0], "PORT=")) {
		t.Errorf("it listens on %s and not on %s", started.Address, cmd.Env[0])
	}
	address := "http://127.0.0.1:" + strings.TrimPrefix(cmd.Env[0], "PORT=")
	if status, _ := get(t, address+"/healthz"); status != http.StatusOK {
		t.Errorf("/healthz answers %d", status)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM the relay ended with %v", err)
	}
	if info, err := os.Stat(filepath.Join(data, "inbox", "key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key of the inbox: %v, %v", info, err)
	}
}
