package desktop_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// sample returns an answer or a callback from the API document, with values
// instead of xxx.
func sample(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func answered(body string) desktoptest.Fault {
	return desktoptest.Answer(http.StatusOK, "application/json", body)
}

func TestSamples_success(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	const uuid, user = "5f0c2a4e-8f6b-4a55-9d1e-0a4f4b1f2c3d", "dev_01"

	t.Run("apply", func(t *testing.T) {
		t.Parallel()
		// The fake gives the synchronous answer and then sends this callback.
		server.Callback(desktoptest.Apply, 1, desktoptest.Garbage(sample(t, "apply_callback.json")))
		got, err := order(t, client, "dev")
		want := desktop.ApplyResult{Username: user, Password: "Pa55word", DesktopUUID: uuid}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
	t.Run("resize", func(t *testing.T) {
		t.Parallel()
		server.Callback(desktoptest.ResourceUpdate, 1, desktoptest.Garbage(sample(t, "accepted.json")))
		two := int64(2)
		if err := resize(t, client, desktop.ResizeInput{DesktopUUID: server.AddDesktop("other", "win7"), CPU: &two}); err != nil {
			t.Error(err)
		}
	})
	t.Run("accepted", func(t *testing.T) {
		t.Parallel()
		client, server := start(t, nil)
		server.Fail(desktoptest.AnyCall, -1, answered(sample(t, "accepted.json")))
		for _, call := range []desktoptest.Call{desktoptest.Apply, desktoptest.ResourceUpdate, desktoptest.PolicyUpdate} {
			if err := every(t, client)[call](); err != nil {
				t.Errorf("%s: %v", call, err)
			}
		}
	})
	t.Run("reset password", func(t *testing.T) {
		t.Parallel()
		server.Fail(desktoptest.PasswordReset, 1, answered(sample(t, "pwd_reset.json")))
		got, err := client.ResetPassword(t.Context(), desktop.Credentials{Username: user})
		want := desktop.Credentials{Username: user, Password: "Pa55word"}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
	t.Run("desktops", func(t *testing.T) {
		t.Parallel()
		server.Fail(desktoptest.UserDesktops, 1, answered(sample(t, "desktops.json")))
		got, err := client.UserDesktops(t.Context(), user)
		want := []desktop.Desktop{
			{UUID: uuid, Name: "dev_01-win10-1"},
			{UUID: "0d3e9f1a-2b4c-4d5e-8f60-718293a4b5c6", Name: "桌面二"},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
	t.Run("volumes", func(t *testing.T) {
		t.Parallel()
		server.Fail(desktoptest.DesktopVolumes, 1, answered(sample(t, "volumes.json")))
		got, err := client.Volumes(t.Context(), uuid)
		want := []desktop.Volume{
			{UUID: "b7c5d1de-3f10-4a5c-9a51-60b7d7a1f0aa", Name: "dev_01-data-1", SizeBytes: 100 << 30, Status: "in-use"},
			{UUID: "c8d6e2ef-4021-4b6d-8b62-71c8e8b201bb", SizeBytes: 50 << 30, Status: "available"},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestSamples_failure(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	for call, try := range every(t, client) {
		body, message := sample(t, "post_failed.json"), "失败原因"
		if call == desktoptest.UserDesktops || call == desktoptest.DesktopVolumes {
			body, message = sample(t, "get_failed.json"), "用户不存在"
		}
		server.Fail(call, 1, answered(body))
		want := &api.Error{Service: "desktop", Operation: string(call), Status: 200, Code: "-1", Message: message, Kind: api.Refused}
		if diff := cmp.Diff(want, apiError(t, try())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", call, diff)
		}
	}
	if got := len(server.Requests()); got != 6 {
		t.Errorf("%d requests: a refusal was asked again", got)
	}
}

func TestSamples_failureByCallback(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	server.Callback(desktoptest.AnyCall, -1, desktoptest.Failure("失败原因"))
	want := api.Error{Service: "desktop", Code: "-1", Message: "失败原因", Kind: api.Refused}

	want.Operation = "callback of POST /api/desktop/apply"
	_, err := order(t, client, "dev")
	if diff := cmp.Diff(&want, apiError(t, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want.Operation = "callback of POST /api/desktop/resource-update"
	two := int64(2)
	err = resize(t, client, desktop.ResizeInput{DesktopUUID: server.AddDesktop("dev_01", "win7"), CPU: &two})
	if diff := cmp.Diff(&want, apiError(t, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
