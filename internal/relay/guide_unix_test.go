//go:build unix

package relay

import (
	"crypto/tls"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

// program defines the command of the provider in a shell.
const program = "#!/bin/sh\nshift\n" + childVariable + "=\"$*\" exec \"$TEST_BINARY\"\n"

var relayCommand = regexp.MustCompile(`(?m)^terraform-provider-clouddesktop relay .*$`)

// Each command of the guide starts a relay that answers. Only the paths of the
// inboxes and the port are replaced.
func TestGuide_commands(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/guides/callbacks-and-networks.md")
	if err != nil {
		t.Fatal(err)
	}
	server, err := s3test.Start(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if err := server.MakeBucket("bucket"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate, key := selfSigned(t)
	for name, content := range map[string]string{"token": token, "tls.crt": certificate, "tls.key": key, "terraform-provider-clouddesktop": program} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	places := strings.NewReplacer(
		"s3://desktops-inbox/prod?region=eu-central-1", server.Address("bucket"),
		"/var/lib/relay/inbox", filepath.Join(dir, "inbox"),
	)
	commands := relayCommand.FindAllString(string(page), -1)
	if len(commands) != 2 {
		t.Fatalf("the guide has other commands than the test expects: %q", commands)
	}
	for _, command := range commands {
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", "exec "+places.Replace(command)+" --listen 127.0.0.1:0")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "TEST_BINARY="+os.Args[0],
			"AWS_ACCESS_KEY_ID="+s3test.AccessKey, "AWS_SECRET_ACCESS_KEY="+s3test.SecretKey)
		p := run(t, cmd)
		url := p.url
		if strings.Contains(command, "--tls-cert") {
			url = strings.Replace(url, "http://", "https://", 1)
		}
		client := &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // The certificate was made above.
		}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: /healthz is answered with %s", command, response.Status)
		}
	}
}
