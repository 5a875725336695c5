package desktoptest

import (
	"maps"
	"net/http"
	"time"
)

// Option is a property of a deployment that the document leaves open.
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
			// A connection kept alive would outlive the server in a leak check.
			Transport: &http.Transport{DisableKeepAlives: true},
		},
	}
	for _, opt := range opts {
		opt(&c)
	}
	return c
}

// WithHeader makes the server answer 401 to a request without this header.
func WithHeader(name, value string) Option {
	return func(c *config) { maps.Copy(c.header, map[string]string{name: value}) }
}

// WithSystems replaces the operating systems on offer.
func WithSystems(systems ...string) Option {
	return func(c *config) { c.systems = systems }
}

// WithSizesAsText writes volume_size as a numeric string: its type is not documented.
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

// WithPolicyPerDesktop makes policy-update ask for a desktop_uuid.
func WithPolicyPerDesktop() Option {
	return func(c *config) { c.policyPerDesktop = true }
}

// WithPolicyCallback makes policy-update ask for a callback_url and report its end there.
func WithPolicyCallback() Option {
	return func(c *config) { c.policyCallback = true }
}

// WithCallbackMethod sets the HTTP method of callbacks, POST unless told.
func WithCallbackMethod(method string) Option {
	return func(c *config) { c.callbackMethod = method }
}

// WithCallbackDelay sets how long every task takes.
func WithCallbackDelay(d time.Duration) Option {
	return func(c *config) { c.callbackDelay = d }
}

// WithCallbackRetries repeats a callback that was not answered 2xx up to n
// times, a pause apart. Without it the service calls once.
func WithCallbackRetries(n int, pause time.Duration) Option {
	return func(c *config) { c.callbackRetries, c.callbackPause = n, pause }
}

// WithCallbackClient replaces the HTTP client of the callbacks, for a receiver
// with a certificate of its own. It needs a timeout.
func WithCallbackClient(client *http.Client) Option {
	return func(c *config) { c.client = client }
}

// WithLog hands every event to log in plain words, without passwords and
// callback URLs. log must not call the server.
func WithLog(log func(line string)) Option {
	return func(c *config) { c.logf = log }
}

// Checker checks requests, answers and callbacks. It does not see faults and
// callbacks that are garbage on purpose.
type Checker interface {
	Exchange(*http.Request, *http.Response)
	Callback(call Call, body []byte)
}

// WithChecker shows checker every request that reached the service, its
// answer, and every callback.
func WithChecker(checker Checker) Option {
	return func(c *config) { c.checker = checker }
}
