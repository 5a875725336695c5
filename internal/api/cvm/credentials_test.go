package cvm_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
)

// The test is not parallel, because it sets environment variables that the SDK
// reads.
func TestDefaultCredentials_file(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	t.Setenv("TENCENTCLOUD_CREDENTIALS_FILE", file)
	source := cvm.DefaultCredentials()
	if _, err := source(); err == nil {
		t.Fatal("credentials come from a file that does not exist")
	}
	if err := os.WriteFile(file, []byte("[default]\nsecret_id = AKIDfile\nsecret_key = file-key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := source()
		if want := (cvm.Credentials{SecretID: "AKIDfile", SecretKey: "file-key"}); err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
		_ = os.Remove(file) // The credentials are read only once.
	}
}

func TestConsoleURL_noCredentials(t *testing.T) {
	t.Parallel()
	server := cvmtest.Start(t)
	e := failure(t, newClient(t, server, func(c *cvm.Config) {
		c.Credentials = func() (cvm.Credentials, error) {
			return cvm.Credentials{}, errors.New("no credential found in every providers")
		}
	}))
	if e.Kind != api.Denied || !strings.Contains(e.Message, "no credentials were found") || !strings.Contains(e.Hint, "TENCENTCLOUD_SECRET_ID") {
		t.Errorf("the error is %+v", e)
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests without credentials", n)
	}
}

func TestConsoleURL_credentialsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		forever := make(chan struct{})
		defer close(forever)
		var waiting atomic.Int64
		client := cvm.New(cvm.Config{Region: region, Credentials: func() (cvm.Credentials, error) {
			waiting.Add(1)
			<-forever
			return cvm.Credentials{}, nil
		}})
		start := time.Now()
		_, err := client.ConsoleURL(t.Context(), cvm.ConsoleInput{InstanceID: id})
		if !errors.Is(err, api.ErrDenied) || time.Since(start) != 10*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}

		cause := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		if _, err := client.ConsoleURL(ctx, cvm.ConsoleInput{InstanceID: id}); !errors.Is(err, cause) {
			t.Errorf("interrupted: %v", err)
		}
		if n := waiting.Load(); n != 1 {
			t.Errorf("%d calls still wait for credentials, want 1", n)
		}
	})
}
