package desktop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestWaitListed_waitsForTheList(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	uuid := server.AddDesktop("dev_01", "win7")
	server.Fail(desktoptest.UserDesktops, 2, desktoptest.Answer(200, "application/json", `{"data":[],"message":"","status":0}`))
	server.Fail(desktoptest.UserDesktops, 2, desktoptest.Refuse("there is no user"))
	got, err := client.WaitListed(t.Context(), "dev_01", uuid)
	if err != nil || got.UUID != uuid || got.Name == "" {
		t.Errorf("got %+v and %v", got, err)
	}
	if n := len(server.Requests(desktoptest.UserDesktops)); n != 5 {
		t.Errorf("%d requests were sent, want 5", n)
	}
}

func TestWaitListed_endsWithTheContext(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	server.AddUser("dev_01")
	cause := errors.New("the time is up")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, cause)
	defer cancel()
	if _, err := client.WaitListed(ctx, "dev_01", "u"); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

// Thousands of reads of one user's desktops share one list.
func TestUserDesktop_sharesOneList(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	var uuids []string
	for range 100 {
		uuids = append(uuids, server.AddDesktop("dev_01", "win7"))
	}
	for i, uuid := range uuids {
		got, ok, err := client.UserDesktop(t.Context(), "dev_01", uuid)
		if err != nil || !ok || got.UUID != uuid || !strings.HasSuffix(got.Name, fmt.Sprintf("-%d", i+1)) {
			t.Fatalf("%s: got %+v, %t and %v", uuid, got, ok, err)
		}
	}
	if _, ok, err := client.UserDesktop(t.Context(), "dev_01", "another"); ok || err != nil {
		t.Errorf("a desktop that is not listed: %t, %v", ok, err)
	}
	if n := len(server.Requests(desktoptest.UserDesktops)); n != 1 {
		t.Errorf("%d requests were sent, want 1", n)
	}
}
