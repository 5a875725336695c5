package orders_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

const (
	password = "Initial-Pa55word"
	uuid     = "0a38dd76-0b5b-4c4e-8a7d-6c7a3a5b9f11"
	success  = `{"status":"0","message":"","data":{"username":"dev_01","desktop_uuid":"` + uuid + `","password":"` + password + `"}}`
)

// box is a directory with a configuration and its inbox.
type box struct {
	t     *testing.T
	dir   string
	store inbox.Store
	env   []string
}

func newBox(t *testing.T) *box {
	t.Helper()
	b := &box{t: t, dir: t.TempDir()}
	var err error
	if b.store, err = directory.New(filepath.Join(b.dir, ".terraform", "clouddesktop")); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *box) put(key string, value any) {
	b.t.Helper()
	text, isText := value.(string)
	encoded := []byte(text)
	if !isText {
		var err error
		if encoded, err = json.Marshal(value); err != nil {
			b.t.Fatal(err)
		}
	}
	if created, err := b.store.Create(b.t.Context(), key, encoded); !created || err != nil {
		b.t.Fatalf("%s: %v, %v", key, created, err)
	}
}

// order stores an accepted order with turns.
func (b *box) order(scope, group string, turns ...ledger.Turn) string {
	b.t.Helper()
	ref := id.New(id.Order, scope, []byte("key")).Ref()
	b.put(ledger.IntentKey(ref), ledger.Intent{
		Kind:  ledger.Kind{Service: "https://desktop.example.com", UserGroup: group, OS: "win10"},
		Scope: scope, URL: "http://127.0.0.1:8700", Timeout: time.Hour, Term: 1, Process: "gone", Nonce: "n0",
	})
	b.put("orders/"+ref+"/accepted", ledger.AnswerValue{Nonce: "n0"})
	for n, turn := range turns {
		turn.Nonce = "n" + ref
		b.put(ledger.TurnKey(ref, n+1), turn)
	}
	return ref
}

func (b *box) get(key string) string {
	b.t.Helper()
	value, err := b.store.Get(b.t.Context(), key)
	if err != nil && !errors.Is(err, inbox.ErrNotExist) {
		b.t.Fatal(err)
	}
	return string(value)
}

// run runs the built program. It never prints a password.
func (b *box) run(args ...string) acctest.Result {
	b.t.Helper()
	command := exec.CommandContext(b.t.Context(), acctest.Provider(b.t), append([]string{"orders"}, args...)...)
	command.Dir, command.Env = b.dir, b.env
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	if strings.Contains(stdout.String()+stderr.String(), password) {
		b.t.Errorf("orders %s prints a password", strings.Join(args, " "))
	}
	return acctest.Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: command.ProcessState.ExitCode()}
}

// want checks the exit code and parts of the output.
func (b *box) want(code int, parts []string, args ...string) acctest.Result {
	b.t.Helper()
	got := b.run(args...)
	if got.Code != code {
		b.t.Errorf("orders %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got.Code, code, got.Stdout, got.Stderr)
	}
	for _, part := range parts {
		if !strings.Contains(got.Stdout+got.Stderr, part) {
			b.t.Errorf("orders %s: %q is not in:\n%s%s", strings.Join(args, " "), part, got.Stdout, got.Stderr)
		}
	}
	return got
}
