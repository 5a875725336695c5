package desktop_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/relay"
)

const relayToken = "0123456789abcdef0123456789abcdef"

// startRelay starts a relay in this process and returns its URL.
func startRelay(t *testing.T, args ...string) string {
	t.Helper()
	// The context of the test ends before the providers are closed.
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	listening, ended := make(chan string, 1), make(chan int, 1)
	var logs bytes.Buffer // Only read after the relay has ended.
	command := relay.Command{
		Version: "test", Getenv: func(string) string { return "" }, Stderr: &logs,
		Listening: func(a net.Addr) { listening <- "http://" + a.String() },
	}
	go func() { ended <- command.Run(ctx, append([]string{"--listen", "127.0.0.1:0"}, args...)) }()
	stop := sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if code := stop(); code != 0 {
			t.Errorf("the relay ended with %d:\n%s", code, logs.String())
		}
	})
	select {
	case url := <-listening:
		return url
	case code := <-ended:
		ended <- code
		t.Fatalf("the relay ended with %d:\n%s", code, logs.String())
		return ""
	}
}

func relayTokenFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(relayToken), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// orders checks that an order, a resize and a destroy work with this inbox.
func orders(t *testing.T, server *desktoptest.Server, callback string) {
	t.Helper()
	config := providerWithInbox(server, callback)
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith("cpu = 4"),
		Check: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.Apply, `os="win10" username="dev"`),
			sent(server, desktoptest.ResourceUpdate, `cpu=4`),
			func(state *terraform.State) error {
				return resource.TestCheckResourceAttr(address, "password", server.Password("dev_01"))(state)
			},
		),
	})
}

func TestDesktop_relayAsInbox(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	url := startRelay(t, "--inbox", filepath.Join(t.TempDir(), "inbox"), "--token-file", relayTokenFile(t))
	orders(t, server, fmt.Sprintf("inbox = %q\n token = %q", url, relayToken))
}

func TestDesktop_relayAsInboxWithItsOwnReceiver(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	url := startRelay(t, "--inbox", filepath.Join(t.TempDir(), "inbox"), "--token-file", relayTokenFile(t))
	orders(t, server, fmt.Sprintf("inbox = %q\n token = %q\n listen = %q", url, relayToken, fmt.Sprint("127.0.0.1:", acctest.FreePort(t))))
}

// The relay seals to a recipient. The provider has its identity, and another
// one on the first line.
func TestDesktop_sealedCallbacks(t *testing.T) {
	t.Parallel()
	var keys []*age.X25519Identity
	for range 2 {
		key, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	server := desktoptest.Start(t)
	folder := filepath.Join(t.TempDir(), "inbox")
	url := startRelay(t, "--inbox", folder, "--token-file", relayTokenFile(t), "--recipient", keys[1].Recipient().String())
	seen := make(chan string, 10)
	server.Callback(desktoptest.Apply, -1, func(op *desktoptest.Task) {
		op.Send(op.Execute())
		seen <- everything(folder)
	})
	orders(t, server, fmt.Sprintf("inbox = %q\n token = %q\n age_identity = \"%s\\n%s\"", url, relayToken, keys[0], keys[1]))
	if content := <-seen; strings.Contains(content, server.Password("dev_01")) {
		t.Error("the inbox of the relay shows the password")
	}
}

// A result that this process cannot open is not lost, and no other order is
// placed.
func TestDesktop_missingIdentity(t *testing.T) {
	t.Parallel()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	server := desktoptest.Start(t)
	recipient := key.Recipient().String()
	url := startRelay(t, "--inbox", filepath.Join(t.TempDir(), "inbox"), "--token-file", relayTokenFile(t), "--recipient", recipient)
	callback := fmt.Sprintf("inbox = %q\n token = %q", url, relayToken)
	order := desktopWith("timeouts {\n create = \"5s\"\n }")
	steps.Run(t, resource.TestStep{
		Config:      providerWithInbox(server, callback) + order,
		ExpectError: acctest.ErrorContains("sealed to " + recipient),
	}, resource.TestStep{
		Config: providerWithInbox(server, callback+fmt.Sprintf("\n age_identity = %q", key)) + order,
		Check: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.Apply, `os="win10" username="dev"`),
			func(state *terraform.State) error {
				return resource.TestCheckResourceAttr(address, "password", server.Password("dev_01"))(state)
			},
		),
	})
}

// An apply with another identity stops at an order that only the first identity
// opens. It does not claim the order and does not place another one.
func TestDesktop_wrongIdentity(t *testing.T) {
	t.Parallel()
	right, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	server := desktoptest.Start(t)
	held := make(chan *desktoptest.Task, 1)
	server.Callback(desktoptest.Apply, 1, func(op *desktoptest.Task) { held <- op })
	url := startRelay(t, "--inbox", filepath.Join(t.TempDir(), "inbox"), "--token-file", relayTokenFile(t))
	with := func(identity *age.X25519Identity) string {
		callback := fmt.Sprintf("inbox = %q\n token = %q\n age_identity = %q", url, relayToken, identity)
		return providerWithInbox(server, callback) + desktopWith("timeouts {\n create = \"5s\"\n }")
	}
	sealed := acctest.ErrorContains("sealed to " + right.Recipient().String())
	steps.Run(t, resource.TestStep{
		Config:      with(right),
		ExpectError: acctest.ErrorContains("No callback came for order"),
	}, resource.TestStep{
		// Before and after the callback.
		Config: with(wrong), ExpectError: sealed,
	}, resource.TestStep{
		PreConfig: func() {
			op := <-held
			op.Send(op.Execute())
		},
		Config: with(wrong), ExpectError: sealed,
	}, resource.TestStep{
		Config: with(right),
		Check: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.Apply, `os="win10" username="dev"`),
			func(state *terraform.State) error {
				return resource.TestCheckResourceAttr(address, "password", server.Password("dev_01"))(state)
			},
		),
	})
}

// everything returns the content of all files below folder.
func everything(folder string) string {
	var all strings.Builder
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			content, _ := os.ReadFile(path) // The provider may remove it in the meantime.
			all.Write(content)
		}
		return nil
	})
	return all.String()
}

func TestDesktop_bucketAsInbox(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
	root := t.TempDir()
	bucket, err := s3test.Start(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bucket.Close)
	if err := errors.Join(bucket.MakeBucket("own"), bucket.MakeBucket("relayed"), bucket.MakeBucket("unconditional")); err != nil {
		t.Fatal(err)
	}
	t.Run("own receiver", func(t *testing.T) { //nolint:paralleltest // See above.
		orders(t, desktoptest.Start(t), fmt.Sprintf("inbox = %q", bucket.Address("own")))
	})
	t.Run("two relays", func(t *testing.T) { //nolint:paralleltest // See above.
		url := startRelay(t, "--inbox", bucket.Address("relayed"))
		startRelay(t, "--inbox", bucket.Address("relayed"))
		orders(t, desktoptest.Start(t), fmt.Sprintf("inbox = %q\n listen = \"\"\n url = %q", bucket.Address("relayed"), url))
	})
	t.Run("ignores conditions", func(t *testing.T) { //nolint:paralleltest // See above.
		proxy := s3test.NewProxy(bucket)
		t.Cleanup(proxy.Close)
		proxy.SetDialect(s3test.Ignores)
		server := desktoptest.Start(t)
		steps.Run(t, resource.TestStep{
			Config:      providerWithInbox(server, fmt.Sprintf("inbox = %q", s3test.Address(proxy.URL, "unconditional"))) + desktopWith(""),
			ExpectError: acctest.ErrorContains("it offers no way to create an object only if it does not exist"),
		})
		if requests := server.Requests(desktoptest.Apply); len(requests) != 0 {
			t.Errorf("%d desktops were ordered", len(requests))
		}
	})
}

// The order is placed only if the inbox can be written.
func TestDesktop_unusableInbox(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	url := startRelay(t, "--inbox", filepath.Join(t.TempDir(), "inbox"), "--token-file", relayTokenFile(t))
	for want, callback := range map[string]string{
		`does not accept the token`:   fmt.Sprintf("inbox = %q\n token = \"wrong\"", url),
		`no answer from the relay at`: "inbox = \"http://127.0.0.1:1\"\n token = \"t\"",
		`mode 0777`:                   fmt.Sprintf("inbox = %q", openFolder(t)),
	} {
		steps.Run(t, resource.TestStep{
			Config:      providerWithInbox(server, callback) + desktopWith(""),
			ExpectError: acctest.ErrorContains(want),
		})
	}
	if n := len(server.Requests(desktoptest.Apply)); n != 0 {
		t.Errorf("%d orders were placed", n)
	}
}

// openFolder returns a folder that all users can write to.
func openFolder(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "inbox")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.Chmod(folder, 0o777)); err != nil { //nolint:gosec // The provider must refuse it.
		t.Fatal(err)
	}
	return folder
}
