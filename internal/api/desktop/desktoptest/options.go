package desktoptest

import (
	"maps"
	"net/http"
	"time"
)

// Option is a property of a deployment that the API document does not define.
type Option func(*config)

type config struct {
	header           map[string]string
	systems          []string
	sizesAsText      bool
	emptyForUnknown  bool
	noKnownPassword  bool
	policyPerDesktop bool
	policyCallback   bool
	callbackMethod   string
	callbackDelay    time.Duration
	callbackRetries  int
	callbackPause    time.Duration
	client           *http.Client
	logf             func(line string)
	checker          Checker
}

func newConfig(opts []Option) config {
	c := config{
		header:         map[string]string{},
		systems:        []string{"win7", "win10", "kylin", "macos"},
		callbackMethod: http.MethodPost,
		client: &http.Client{
			Timeout: 10 * time.Second,
			// A kept connection would be reported as a leak after the server
			// has ended.
			Transport: &http.Transport{DisableKeepAlives: true},
		},
	}
	for _, opt := range opts {
		opt(&c)
	}
	return c
}

// WithHeader lets the server answer 401 to requests without this header.
func WithHeader(name, value string) Option {
	return func(c *config) { maps.Copy(c.header, map[string]string{name: value}) }
}

// WithSystems sets the operating systems that the service offers.
func WithSystems(systems ...string) Option {
	return func(c *config) { c.systems = systems }
}

// WithSizesAsText sends volume_size as a numeric string, because its type is
// not documented.
func WithSizesAsText() Option {
	return func(c *config) { c.sizesAsText = true }
}

// WithEmptyListForUnknownUser answers an empty list for an unknown user instead
// of an error.
func WithEmptyListForUnknownUser() Option {
	return func(c *config) { c.emptyForUnknown = true }
}

// WithoutKnownPassword leaves the password out of the callback when a desktop
// is added to a user who exists already.
func WithoutKnownPassword() Option {
	return func(c *config) { c.noKnownPassword = true }
}

// WithPolicyPerDesktop lets policy-update require a desktop_uuid.
func WithPolicyPerDesktop() Option {
	return func(c *config) { c.policyPerDesktop = true }
}

// WithPolicyCallback lets policy-update require a callback_url and report its
// result there.
func WithPolicyCallback() Option {
	return func(c *config) { c.policyCallback = true }
}

// WithCallbackMethod sets the HTTP method of callbacks. The default is POST.
func WithCallbackMethod(method string) Option {
	return func(c *config) { c.callbackMethod = method }
}

// WithCallbackDelay sets the time that each task takes.
func WithCallbackDelay(d time.Duration) Option {
	return func(c *config) { c.callbackDelay = d }
}

// WithCallbackRetries retries a callback that was not answered with 2xx up to n
// times, after a pause. Without it, the service does not retry.
func WithCallbackRetries(n int, pause time.Duration) Option {
	return func(c *config) { c.callbackRetries, c.callbackPause = n, pause }
}

// WithCallbackClient sets the HTTP client for callbacks, for a receiver with
// its own certificate. The client must have a timeout.
func WithCallbackClient(client *http.Client) Option {
	return func(c *config) { c.client = client }
}

// WithLog calls log with a description of each event, without passwords and
// callback URLs. log must not call the server.
func WithLog(log func(line string)) Option {
	return func(c *config) { c.logf = log }
}

// Checker checks requests, answers and callbacks. It is not called for faults
// and for callbacks that are invalid on purpose.
type Checker interface {
	Exchange(*http.Request, *http.Response)
	Callback(call Call, body []byte)
}

// WithChecker calls checker for each request that reached the service, with its
// answer, and for each callback.
func WithChecker(checker Checker) Option {
	return func(c *config) { c.checker = checker }
}
