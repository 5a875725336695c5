package cvm

import (
	"errors"
	"net/url"
	"strings"
	"time"
)

// viewerURL is the web page of the viewer. The console URL is its last
// parameter.
const viewerURL = "https://img.qcloud.com/qcloud/app/active_vnc/index.html?InstanceVncUrl="

// Console is a link that opens the console of an instance once.
type Console struct {
	// URL is the page to open in a browser.
	URL string
	// WebsocketURL is the URL that the page connects to.
	WebsocketURL string
	// ExpiresAt is the time when both URLs expire if they are not used before.
	ExpiresAt time.Time
}

// newConsole returns the console for an InstanceVncUrl that arrived at the
// given time. In the API document the value is percent-encoded; a value that is
// not encoded is accepted, too. Errors do not contain the value.
func newConsole(value string, arrived time.Time) (Console, error) {
	address := value
	if !strings.Contains(value, "://") {
		var err error
		if address, err = url.PathUnescape(value); err != nil {
			return Console{}, errors.New("the InstanceVncUrl of the answer is not correctly escaped")
		}
	}
	// With a space or a quote, the link would be truncated where it is pasted.
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "wss" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(address, " \"<>\\`") {
		return Console{}, errors.New("the InstanceVncUrl of the answer is not the address of a console, which begins with wss://")
	}
	return Console{
		URL:          viewerURL + url.QueryEscape(address),
		WebsocketURL: address,
		ExpiresAt:    arrived.Add(lifetime),
	}, nil
}
