package cvm

import (
	"errors"
	"net/url"
	"strings"
	"time"
)

// viewerURL is the page to open; the address of the console is its last parameter.
const viewerURL = "https://img.qcloud.com/qcloud/app/active_vnc/index.html?InstanceVncUrl="

// Console gives access to one instance, once.
type Console struct {
	// URL is the page to open in a browser.
	URL string
	// WebsocketURL is what the page connects to.
	WebsocketURL string
	// ExpiresAt is when both stop working, if they are not used before.
	ExpiresAt time.Time
}

// newConsole returns the console of an InstanceVncUrl that arrived at a time. The
// document shows the value percent-encoded; a value that is not is accepted, too.
// No error quotes it.
func newConsole(value string, arrived time.Time) (Console, error) {
	address := value
	if !strings.Contains(value, "://") {
		var err error
		if address, err = url.PathUnescape(value); err != nil {
			return Console{}, errors.New("the InstanceVncUrl of the answer is not correctly escaped")
		}
	}
	// A space or a quote would make the link end early where it is pasted.
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
