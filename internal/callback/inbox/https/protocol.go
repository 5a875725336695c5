// Package https is an inbox behind a relay: a Handler that serves any
// inbox.Store over HTTP, and a Store that is its client.
//
//	PUT    /v1/inbox/keys/{key}             replaces; with If-None-Match: * creates (201), or answers 412
//	GET    /v1/inbox/keys/{key}             the value, or 404
//	GET    /v1/inbox/list?prefix=…          a list
//	POST   /v1/inbox/delete                 {"keys": […]}
//	GET    /v1/inbox/wait?prefix=…&since=…  204 once the list may differ from that version
//
// Every answer of a relay has the header Clouddesktop-Inbox, so that the page of
// a proxy is not taken for an answer. Every request needs the relay's token.
package https

import (
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Path is the beginning of the paths of the protocol.
const Path = "/v1/inbox/"

const (
	keysPath   = Path + "keys/"
	listPath   = Path + "list"
	deletePath = Path + "delete"
	waitPath   = Path + "wait"
)

// protocolHeader is in every answer of a relay, with protocolVersion.
const (
	protocolHeader  = "Clouddesktop-Inbox"
	protocolVersion = "1"
)

const (
	// maxValue is more than the largest value: a sealed callback as evidence.
	maxValue = 256 << 10
	// waitTimeout is how long a wait is answered at the latest. Proxies often end
	// requests after 30 or 60 s.
	waitTimeout = 20 * time.Second
	// pollInterval is how long a change goes unnoticed that another relay made in
	// the same bucket.
	pollInterval = time.Second
)

type list struct {
	Now     time.Time `json:"now"`
	Entries []entry   `json:"entries"`
	// Version is what a wait for a change of this list names.
	Version string `json:"version"`
}

type entry struct {
	Key      string    `json:"key"`
	Modified time.Time `json:"modified"`
	Size     int64     `json:"size"`
}

type deletion struct {
	Keys []string `json:"keys"`
}

func (l list) listing() inbox.Listing {
	listing := inbox.Listing{Now: l.Now}
	for _, e := range l.Entries {
		listing.Entries = append(listing.Entries, inbox.Entry(e))
	}
	return listing
}
