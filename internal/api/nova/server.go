package nova

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
)

// passing are the temporary states of a server.
var passing = map[string]bool{
	"ACTIVE": true, "BUILD": true, "HARD_REBOOT": true, "MIGRATING": true, "PASSWORD": true,
	"REBOOT": true, "REBUILD": true, "RESIZE": true, "REVERT_RESIZE": true, "UNKNOWN": true,
}

// remedies are the hints for the other states.
var remedies = map[string]string{
	"ERROR":             "Repair or rebuild it, then try again.",
	"PAUSED":            "Unpause it, then try again.",
	"SHELVED":           "Unshelve it, then try again.",
	"SHELVED_OFFLOADED": "Unshelve it, then try again.",
	"SHUTOFF":           "Start it, then try again.",
	"SUSPENDED":         "Resume it, then try again.",
	"VERIFY_RESIZE":     "Confirm or revert its resize, then try again.",
}

// notReady adds the state of the server to the error for a server that is not
// ready. The call is retried if the state is temporary or cannot be read.
//
// API: GET /v2.1/{project_id}/servers/{server_id}
func notReady(ctx context.Context, client *identity.Client, serverID string, e *api.Error) *api.Error {
	e.Hint = "The server is not ready. Start it, or wait until it is active."
	answer, err := client.Send(ctx, api.Call{Method: http.MethodGet, Path: "/servers/{server_id}", Params: []string{serverID}})
	if err != nil || answer.Status != http.StatusOK {
		return e
	}
	var body struct {
		Server struct {
			Status string `json:"status"`
			// Task is the task of the operation on the server, or null.
			Task  string `json:"OS-EXT-STS:task_state"`
			Fault struct {
				Message string `json:"message"`
			} `json:"fault"`
		} `json:"server"`
	}
	if json.Unmarshal(answer.Body, &body) != nil || body.Server.Status == "" {
		return e
	}
	server := body.Server
	if passing[server.Status] || server.Task != "" && server.Status != "ERROR" {
		e.Hint = fmt.Sprintf("The server is in the state %s. Wait until it is ACTIVE, or set a longer timeout.", server.Status)
		return e
	}
	e.Kind = api.Refused
	e.Hint = fmt.Sprintf("The server is in the state %s", server.Status)
	if server.Fault.Message != "" {
		e.Hint += fmt.Sprintf(" (%s)", server.Fault.Message)
	}
	e.Hint += ", which does not change by itself. " + remedies[server.Status]
	return e
}
