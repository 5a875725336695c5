package hpc

import (
	"fmt"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

const success = "0"

// codes are the documented codes and their meanings.
var codes = map[string]struct {
	kind    api.Kind
	meaning string
	hint    string
}{
	"10001":  {api.Other, "internal error of the portal", "Try again later. If the error remains, the operators of the portal can find the cause in its logs."},
	"10003":  {api.Refused, "a parameter is missing", ""},
	"10004":  {api.Refused, "a parameter is invalid", ""},
	"10008":  {api.Denied, "no permission", "The token may be wrong or expired, or its user may not list VNC sessions."},
	"10009":  {api.Refused, "unsupported version of the API", "The portal must offer version 2 of its open API."},
	"10010":  {api.Denied, "role mapping error", "The portal cannot map the token's user to a role on the cluster. Ask its operators to check the user's role."},
	"10011":  {api.Throttled, "called too often", ""},
	"10012":  {api.Refused, "the content is too large", ""},
	"815201": {api.Other, "all VNC nodes are overloaded or cannot be reached by SSH, so that no VNC session can be created", "Try again when the nodes are less busy, or ask the operators of the portal to check them."},
	"815008": {api.Other, "error of the desktop service", "Try again later. If the error remains, ask the operators of the portal to check the desktop service."},
	"815010": {api.NotFound, "the desktop session does not exist, so that it cannot be deleted", ""},
}

// explainCode returns what a code means, and a message that holds the portal's
// own text and its meaning in English. An undocumented code is judged by the
// HTTP status.
func explainCode(code, msg string, status int) (kind api.Kind, message, hint string) {
	known, ok := codes[code]
	switch {
	case !ok:
		return api.KindOfStatus(status), msg, ""
	case msg == "":
		return known.kind, known.meaning, known.hint
	}
	return known.kind, fmt.Sprintf("%s (%s)", msg, known.meaning), known.hint
}
