// Package https is an inbox behind a relay: a Handler that serves any
// inbox.Store over HTTP, and a Store that is its client.
//
//	PUT    /v1/inbox/keys/{key}             replaces; with If-None-Match: * creates (201), or answers 412
//	GET    /v1/inbox/keys/{key}             the value, or 404
//	GET    /v1/inbox/list?prefix=…          a list
//	POST   /v1/inbox/delete                 {"keys": […]}
//	GET    /v1/inbox/wait?prefix=…&seen=…   {"seen": …} once a key may be new
//
// Every answer of a relay has the header Clouddesktop-Inbox, so that the page
// of a proxy is not mistaken for an answer. Every request needs the token of
// the relay.
package https

import (
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// Path is the prefix of all paths of the protocol.
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
	// waitTimeout is the time after which the relay answers a wait at the
	// latest. Many proxies end requests after 30 or 60 s.
	waitTimeout = 20 * time.Second
	// pollInterval is the time between two looks for keys that another relay
	// created in the same bucket.
	pollInterval = time.Second
)

type list struct {
	Now     time.Time `json:"now"`
	Entries []entry   `json:"entries"`
}

// waited is the answer to a wait request.
type waited struct {
	Seen string `json:"seen"`
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
