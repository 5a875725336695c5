package desktoptest

import (
	"net/http"
	"net/url"
	"strings"
)

// Call is one of the six calls of the service.
type Call string

// The calls, as in the API document. AnyCall means all calls in a fault or a
// callback. In a record it means a request that is none of the six calls.
const (
	Apply          Call = "POST /api/desktop/apply"
	ResourceUpdate Call = "POST /api/desktop/resource-update"
	PolicyUpdate   Call = "POST /api/desktop/policy-update"
	PasswordReset  Call = "POST /api/user/pwd-reset"
	UserDesktops   Call = "GET /api/user/{username}/desktops"
	DesktopVolumes Call = "GET /api/desktop/{uuid}/volumes"
	AnyCall        Call = ""
)

// noun returns a readable name of a task.
func (c Call) noun() string {
	return map[Call]string{Apply: "order", ResourceUpdate: "resize", PolicyUpdate: "change of the policy"}[c]
}

// endpoint is a call with its parameters and its implementation. handle is
// called with the server's lock held. It returns the work of an asynchronous
// call, which is also called with the lock held.
type endpoint struct {
	call   Call
	fields []field
	handle func(s *Server, param string, in object) (data any, work work, err error)
	// missing is the error for a request without an endpoint.
	missing error
}

// work changes the state at the end of a task. It returns the data to report, a
// description of the event, or an error.
type work func(op *Task) (data map[string]any, line string, err error)

func newEndpoints(c config) []endpoint {
	policy := []field{{"usb-enable", boolean, optional}, {"data-access", boolean, optional}}
	if c.policyPerDesktop {
		policy = append(policy, field{"desktop_uuid", text, required})
	}
	if c.policyCallback {
		policy = append(policy, field{"callback_url", text, required})
	}
	resize := []field{
		{"desktop_uuid", text, required},
		{"cpu", integer, optional},
		{"memory", integer, optional},
		{"disk", integer, optional},
		{"callback_url", text, required},
	}
	return []endpoint{
		{Apply, []field{{"username", text, required}, {"os", text, required}, {"callback_url", text, required}}, (*Server).apply, nil},
		{ResourceUpdate, resize, (*Server).resourceUpdate, nil},
		{PolicyUpdate, policy, (*Server).policyUpdate, nil},
		{PasswordReset, []field{{"username", text, required}, {"password", text, required}}, (*Server).passwordReset, nil},
		{UserDesktops, nil, (*Server).userDesktops, nil},
		{DesktopVolumes, nil, (*Server).desktopVolumes, nil},
	}
}

// find returns the endpoint of a request and the parameter in its path.
func (s *Server) find(r *http.Request) (endpoint, string) {
	missing := &refusal{http.StatusNotFound, "this path does not exist"}
	for _, e := range s.endpoints {
		method, template, _ := strings.Cut(string(e.call), " ")
		param, ok := match(template, r.URL.EscapedPath())
		if ok && method == r.Method {
			return e, param
		}
		if ok {
			missing = &refusal{http.StatusMethodNotAllowed, "the method must be " + method}
		}
	}
	return endpoint{call: AnyCall, missing: missing}, ""
}

// match compares the segments before it decodes them, so that an encoded slash
// is part of a name.
func match(template, escapedPath string) (param string, ok bool) {
	want, got := strings.Split(template, "/"), strings.Split(escapedPath, "/")
	if len(want) != len(got) {
		return "", false
	}
	for i := range want {
		switch {
		case strings.HasPrefix(want[i], "{"):
			decoded, err := url.PathUnescape(got[i])
			if err != nil || decoded == "" {
				return "", false
			}
			param = decoded
		case want[i] != got[i]:
			return "", false
		}
	}
	return param, true
}
