package nova

import (
	"net/http"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// explain adds a hint for a fault of Nova. Nova uses itemNotFound for an
// unknown server and for an unknown call, and badRequest for several errors.
// Only the message distinguishes them.
func explain(e *api.Error) *api.Error {
	switch {
	case e.Status == http.StatusMultipleChoices, e.Status == http.StatusNotFound && (e.Code != "itemNotFound" || unknownCall(e.Message)):
		e.Kind = api.Refused
		e.Hint = "The compute service does not know this call. Check that the endpoint of the compute service ends with its version, such as /v2.1, and that the service offers the microversion " + microversion + "."
	case e.Status == http.StatusNotAcceptable:
		e.Hint = "The compute service does not offer the microversion " + microversion + ", which is required for remote consoles. OpenStack has it since the release Liberty."
	case e.Code == "badRequest" && strings.Contains(e.Message, "project_id"):
		e.Hint = "The project in the address is not the project of the credentials: check project_id."
	case e.Code == "badRequest" && strings.Contains(strings.ToLower(e.Message), "console type"):
		e.Hint = "The cloud offers no noVNC console for this server. Ask its operators which consoles it offers."
	}
	return e
}

// unknownCall reports whether message is the one of Nova's web framework for an
// unknown path. For an unknown server, the message is "Instance … could not be
// found." instead.
func unknownCall(message string) bool {
	return strings.HasPrefix(message, "The resource could not be found.")
}
