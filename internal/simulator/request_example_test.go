package simulator_test

import (
	"crypto/ed25519"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	"golang.org/x/crypto/ssh"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// fakePullRequests is a fake of the GitHub CLI, for a repository with one
// merged pull request. It stores the comments.
const fakePullRequests = `#!/bin/sh
set -eu
: "${GH_TOKEN:?}" "${GH_REPO:?}"
case "$*" in
"api repos/$GH_REPO/commits/"*"/pulls --jq .[0].number // empty") echo 12 ;;
'pr comment 12 --edit-last --create-if-none --body-file comment.md') cp comment.md "$COMMENTS/plan" ;;
'pr comment 12 --body-file comment.md') cat comment.md >>"$COMMENTS/apply" ;;
*) echo "unexpected: gh $*" >&2; exit 64 ;;
esac
`

// requests is a copy of the example in its own git repository.
type requests struct {
	*driftCheck
	plan, send step
	comments   string
}

func newRequests(t *testing.T) *requests {
	t.Helper()
	for _, tool := range []string{"git", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("the example needs " + tool)
		}
	}
	c := newExample(t, "request-by-pull-request")
	writeProgram(t, filepath.Join(c.bin, "gh"), fakePullRequests)
	c.MustRun("init")
	workflows := filepath.Join(c.Dir, ".github", "workflows")
	r := &requests{c, workflowSteps(t, filepath.Join(workflows, "plan.yml"))["Plan"], workflowSteps(t, filepath.Join(workflows, "apply.yml"))["Send the initial passwords"], t.TempDir()}
	// The guide says that the owner of the repository must seal callbacks.
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Env, "COMMENTS="+r.comments, "GH_TOKEN=token", "GH_REPO=example/desktops", "PR=12",
		"CLOUDDESKTOP_CALLBACK_AGE_IDENTITY="+identity.String())
	if err := os.Remove(filepath.Join(c.Dir, "requests", "design-ada.yaml")); err != nil {
		t.Fatal(err)
	}
	c.Write(".gitignore", ".terraform*\n*.tfstate*\n")
	r.git(t, "init -q -b main && git config user.name test && git config user.email test@example.com && git add -A && git commit -qm first")
	return r
}

func (r *requests) git(t *testing.T, command string) {
	t.Helper()
	if got := r.shell(t, "git "+command); got.Code != 0 {
		t.Fatalf("git %s: %s", command, got.Stderr)
	}
}

// merge commits the changes and runs the commands of the workflows: the plan of
// the pull request, the apply after the merge, and the comment.
func (r *requests) merge(t *testing.T) (plan string) {
	t.Helper()
	if got := r.shell(t, r.plan.Run); got.Code != 0 {
		t.Fatalf("the plan failed:\n%s", readFile(t, filepath.Join(r.comments, "plan")))
	}
	r.git(t, "add requests && git commit -qm request")
	r.MustRun("apply", "-auto-approve")
	if got := r.shell(t, r.send.Run); got.Code != 0 {
		t.Fatalf("the passwords cannot be sent: %s", got.Stderr)
	}
	return readFile(t, filepath.Join(r.comments, "plan"))
}

func (r *requests) write(name, fields string) { r.Write("requests/"+name+".yaml", fields) }

// sshKey is the key pair of a requester.
type sshKey struct {
	private []byte
	public  string
}

func newSSHKey(t *testing.T) sshKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	authorized, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return sshKey{pem.EncodeToMemory(block), strings.TrimSpace(string(ssh.MarshalAuthorizedKey(authorized))) + " ada@example.com"}
}

// decrypt does the same as "age -d -i FILE".
func (k sshKey) decrypt(t *testing.T, text string) (string, error) {
	t.Helper()
	identity, err := agessh.ParseIdentity(k.private)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(armor.NewReader(strings.NewReader(text)), identity)
	if err != nil {
		return "", err
	}
	password, err := io.ReadAll(plain)
	return string(password), err
}

var encrypted = regexp.MustCompile(`(?s)-----BEGIN AGE ENCRYPTED FILE-----.*?-----END AGE ENCRYPTED FILE-----`)

func request(key string, diskGiB int) string {
	return fmt.Sprintf("requester: ada@example.com\nuser_group: design\nos: win10\ncpu: 4\nmemory_mib: 8192\ndisk_gib: %d\nssh_public_key: %s\napproval: CHG-10452\n", diskGiB, key)
}

// The test covers a request from its file to the encrypted password, a resize
// and the destroy.
func TestRequestExample(t *testing.T) {
	t.Parallel()
	r := newRequests(t)
	ada, other := newSSHKey(t), newSSHKey(t)

	r.write("design-ada", request(ada.public, 100))
	if plan := r.merge(t); !strings.Contains(plan, "    Plan: 1 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the comment does not contain the plan:\n%s", plan)
	}
	comment := readFile(t, filepath.Join(r.comments, "apply"))
	if !strings.Contains(comment, "requests/design-ada.yaml: the desktop is ready. The user is `design_01`.") {
		t.Errorf("the comment does not name the user:\n%s", comment)
	}
	password, err := ada.decrypt(t, encrypted.FindString(comment))
	if err != nil || password != r.Desktop.Password("design_01") {
		t.Errorf("the requester reads %q, error %v; want the initial password", password, err)
	}
	if password, err := other.decrypt(t, encrypted.FindString(comment)); err == nil {
		t.Errorf("somebody else reads the password %q", password)
	}
	for name, content := range r.Files() {
		if strings.Contains(content, password) {
			t.Errorf("%s contains the password", name)
		}
	}

	r.write("design-ada", request(ada.public, 200))
	if plan := r.merge(t); !strings.Contains(plan, "0 to add, 1 to change, 0 to destroy") {
		t.Errorf("the resize does more:\n%s", plan)
	}
	if got := r.Desktop.Desktops()[0].Volumes[0].Size; got != 200*gib {
		t.Errorf("the disk has %d bytes", got)
	}
	if got := readFile(t, filepath.Join(r.comments, "apply")); got != comment {
		t.Errorf("a resize sends the password again:\n%s", got)
	}

	if err := os.Remove(filepath.Join(r.Dir, "requests", "design-ada.yaml")); err != nil {
		t.Fatal(err)
	}
	r.merge(t)
	if now := r.Desktop.Password("design_01"); now == password || now == "" {
		t.Error("the password still opens the desktop of the deleted request")
	}
	if orders, left := len(r.Desktop.Requests(desktoptest.Apply)), len(r.Desktop.Desktops()); orders != 1 || left != 1 {
		t.Errorf("%d orders, %d desktops, want 1 of each", orders, left)
	}
}

// For an invalid request, the error is in the terms of the request, and no
// desktop is ordered.
func TestRequestExample_invalid(t *testing.T) {
	t.Parallel()
	r := newRequests(t)
	good := request(newSSHKey(t).public, 100)
	replace := func(line, by string) string {
		return regexp.MustCompile(`(?m)^`+line+`: .*\n`).ReplaceAllString(good, by)
	}
	cases := map[string]struct{ request, want string }{
		"design-missing":   {replace("approval", ""), "The field approval is missing."},
		"design-unknown":   {good + "gpu: 1\n", "The field gpu does not exist; the fields are requester, user_group, os,"},
		"design-notyaml":   {"{{{", "The field user_group is missing."},
		"design-list":      {"- a\n", "The field cpu is missing."},
		"design-fraction":  {replace("cpu", "cpu: 2.5\n"), "cpu must be a whole number from 2 to 16."},
		"design-large":     {replace("disk_gib", "disk_gib: 5000\n"), "disk_gib must be a whole number from 20 to 500."},
		"design-text":      {replace("memory_mib", "memory_mib: 8 GiB\n"), "memory_mib must be a whole number from 4096 to 65536."},
		"design-os":        {replace("os", "os: win11\n"), "os must be one of win10, kylin."},
		"design-mail":      {replace("requester", "requester: ada\n"), "requester must be your mail address."},
		"design-change":    {replace("approval", "approval: yes\n"), "approval must be the number of the approved change, such as CHG-10452."},
		"design-key":       {replace("ssh_public_key", "ssh_public_key: ~/.ssh/id_ed25519.pub\n"), "ssh_public_key must be the line of your .pub file"},
		"design-secret":    {replace("ssh_public_key", "ssh_public_key: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n"), "ssh_public_key contains a private key."},
		"design-group":     {replace("user_group", "user_group: sales\n"), "user_group must be one of design, build."},
		"build-othergroup": {good, "The name of the file must begin with the group and a hyphen, such as design-ada.yaml, so that the right people approve it."},
	}
	for name, tc := range cases {
		r.write(name, tc.request)
	}
	if got := r.shell(t, r.plan.Run); got.Code != 1 {
		t.Errorf("exit code %d, want 1", got.Code)
	}
	comment := strings.Join(strings.Fields(readFile(t, filepath.Join(r.comments, "plan"))), " ")
	for name, tc := range cases {
		if want := "requests/" + name + ".yaml: "; !strings.Contains(comment, want) || !strings.Contains(comment, tc.want) {
			t.Errorf("%s: the comment does not say %q:\n%s", name, tc.want, comment)
		}
	}
	if n := len(r.Desktop.Requests(desktoptest.Apply)); n != 0 {
		t.Errorf("%d desktops were ordered", n)
	}
}

// The example uses the same files for the drift check as examples/drift-check.
func TestRequestExample_driftCheck(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"drift-check.sh", "fleet.tfquery.hcl", ".github/workflows/drift-check.yml"} {
		if readFile(t, "../../examples/drift-check/"+name) != readFile(t, "../../examples/request-by-pull-request/"+name) {
			t.Errorf("%s differs between the two examples", name)
		}
	}
}
