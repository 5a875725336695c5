package drift

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// removed is the value of "attribute" in the ignore file for a removed
// resource. No attribute of the provider has this name.
const removed = "removed"

// ignoreEntry is an entry of the ignore file.
type ignoreEntry struct {
	// Address and Attribute are patterns for changed resources.
	Address   string `json:"address,omitempty"`
	Attribute string `json:"attribute,omitempty"`
	// Desktop is a pattern for an unmanaged desktop: username/desktop_uuid.
	Desktop string `json:"desktop,omitempty"`
	Reason  string `json:"reason"`
	// Expires is the last day on which the entry applies, in UTC.
	Expires string `json:"expires"`

	expired, used bool
}

const ignoreForm = `write {"ignore": [{"address": "…", "attribute": "…", "reason": "…", "expires": "2027-01-31"}]}, or "desktop": "username/desktop_uuid" instead of address and attribute`

// readIgnore reads an ignore file.
func readIgnore(r io.Reader, now time.Time) ([]*ignoreEntry, error) {
	var file struct {
		Ignore []json.RawMessage `json:"ignore"`
	}
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s; %s", form(err), ignoreForm)
	}
	if (stream{dec}).end() != nil {
		return nil, errors.New("there is text after its end; " + ignoreForm)
	}
	entries := make([]*ignoreEntry, len(file.Ignore))
	for i, raw := range file.Ignore {
		entry, err := parseIgnore(raw)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		entry.expired = now.UTC().Format(time.DateOnly) > entry.Expires
		entries[i] = entry
	}
	return entries, nil
}

func parseIgnore(raw json.RawMessage) (*ignoreEntry, error) {
	var e ignoreEntry
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return nil, fmt.Errorf("%s; an entry has address and attribute, or desktop, and reason and expires", form(err))
	}
	switch {
	case e.Address == "" && e.Desktop == "", e.Address != "" && e.Desktop != "":
		return nil, errors.New("write either address and attribute, or desktop")
	case e.Address != "" && e.Attribute == "":
		return nil, errors.New(`attribute is missing; write the name of an attribute, or "removed" for a resource that the service no longer has`)
	case e.Desktop != "" && e.Attribute != "":
		return nil, errors.New("attribute requires address; an entry with desktop ignores an unmanaged desktop")
	case strings.TrimSpace(e.Reason) == "":
		return nil, errors.New("reason is missing; write why this is ignored")
	case e.Expires == "":
		return nil, errors.New("expires is missing; write the last day on which the entry counts, such as 2027-01-31")
	}
	if _, err := time.Parse(time.DateOnly, e.Expires); err != nil {
		return nil, fmt.Errorf("expires is %q; write a date such as 2027-01-31", e.Expires)
	}
	return &e, nil
}

// form returns the text of an error of package json, without its prefix.
func form(err error) string {
	if cutShort(err) {
		return "it is incomplete"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func (e *ignoreEntry) changed(c change) bool {
	if c.attribute == "" {
		return e.Attribute == removed && match(e.Address, c.address)
	}
	return match(e.Address, c.address) && match(e.Attribute, c.attribute)
}

func (e *ignoreEntry) unmanaged(l listed) bool { return match(e.Desktop, l.String()) }

// find returns the first valid entry that matches, and marks all matching
// entries as used.
func find(entries []*ignoreEntry, matches func(*ignoreEntry) bool) *ignoreEntry {
	var first *ignoreEntry
	for _, e := range entries {
		if !matches(e) {
			continue
		}
		e.used = true
		if !e.expired && first == nil {
			first = e
		}
	}
	return first
}

// match reports whether text matches pattern, in which * matches any
// characters. Brackets and quotes match literally, because addresses contain
// them.
func match(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, found := strings.CutPrefix(text, parts[0])
	if !found {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[last])
}
