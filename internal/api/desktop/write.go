package desktop

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
)

// ResizeInput holds target values. A nil value is not changed.
type ResizeInput struct {
	DesktopUUID string
	// CPU is a number of processors.
	CPU *int64
	// MemoryBytes and DiskBytes are sizes in bytes. A disk can only grow.
	MemoryBytes, DiskBytes *int64
}

// PolicyInput holds target values. A nil value is not changed.
type PolicyInput struct {
	// DesktopUUID is empty unless the policy belongs to a desktop.
	DesktopUUID string
	// USBEnable allows USB redirection. DataAccess allows the transfer of data.
	USBEnable, DataAccess *bool
}

// Credentials are the name and password of a user.
type Credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Resize changes the resources of a desktop. It is idempotent, because it sends
// target values.
//
// API: POST /api/desktop/resource-update
func (c *Client) Resize(ctx context.Context, in ResizeInput) (*Task[struct{}], error) {
	type body struct {
		DesktopUUID string `json:"desktop_uuid"`
		CPU         *int64 `json:"cpu,omitempty"`
		Memory      *int64 `json:"memory,omitempty"`
		Disk        *int64 `json:"disk,omitempty"`
		Callback    string `json:"callback_url"`
	}
	return start(ctx, c, asyncCall[struct{}]{
		path: "/api/desktop/resource-update",
		body: func(callbackURL string) any {
			return body{DesktopUUID: in.DesktopUUID, CPU: in.CPU, Memory: in.MemoryBytes, Disk: in.DiskBytes, Callback: callbackURL}
		},
		decode: ignoreResult,
	})
}

// UpdatePolicy sets the policy. It waits for the callback if the deployment
// sends one.
//
// API: POST /api/desktop/policy-update
func (c *Client) UpdatePolicy(ctx context.Context, in PolicyInput) error {
	type body struct {
		DesktopUUID string `json:"desktop_uuid,omitempty"`
		USBEnable   *bool  `json:"usb-enable,omitempty"`
		DataAccess  *bool  `json:"data-access,omitempty"`
		Callback    string `json:"callback_url,omitempty"`
	}
	policy := body{DesktopUUID: in.DesktopUUID, USBEnable: in.USBEnable, DataAccess: in.DataAccess}
	const path = "/api/desktop/policy-update"
	if !c.config.PolicyCallback {
		_, err := c.send(ctx, api.Call{Method: http.MethodPost, Path: path, Body: policy})
		return err
	}
	task, err := start(ctx, c, asyncCall[struct{}]{
		path: path,
		body: func(callbackURL string) any {
			policy.Callback = callbackURL
			return policy
		},
		decode: ignoreResult,
	})
	if err != nil {
		return err
	}
	_, err = task.Wait(ctx)
	return err
}

// ResetPassword sets the password of a user; an empty password means the
// service's default. It returns the password that the service reports, which
// may be empty for the default.
//
// API: POST /api/user/pwd-reset
func (c *Client) ResetPassword(ctx context.Context, in Credentials) (Credentials, error) {
	call := api.Call{
		Method: http.MethodPost, Path: "/api/user/pwd-reset", Body: in,
		Secrets: []string{in.Password}, Sensitive: true,
	}
	data, err := c.send(ctx, call)
	if err != nil {
		return Credentials{}, err
	}
	var out struct {
		Username answer.Text `json:"username"`
		Password answer.Text `json:"password"`
	}
	if len(data) > 0 {
		err = json.Unmarshal(data, &out)
	}
	switch username := strings.TrimSpace(string(out.Username)); {
	case err != nil:
		return Credentials{}, c.malformed(call, data, answer.TypeMismatch("the answer's data", err).Error())
	case username != "" && username != in.Username:
		return Credentials{}, c.malformed(call, data, "the answer names another user")
	case out.Password == "":
		return in, nil
	}
	return Credentials{Username: in.Username, Password: string(out.Password)}, nil
}
