package drift

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// change is one attribute that differs from the state, or a resource that the
// service no longer has.
type change struct {
	address string
	// attribute is empty if the resource was removed.
	attribute     string
	before, after json.RawMessage
	// hidden reports whether the values are sensitive; before and after are
	// then nil.
	hidden bool
	// desktop is the identity of a removed desktop, or empty if it is
	// sensitive.
	desktop string
}

// resourceChange is an element of resource_drift.
type resourceChange struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Deposed string `json:"deposed"`
	Change  struct {
		Before          map[string]json.RawMessage `json:"before"`
		After           map[string]json.RawMessage `json:"after"`
		BeforeSensitive json.RawMessage            `json:"before_sensitive"`
		AfterSensitive  json.RawMessage            `json:"after_sensitive"`
	} `json:"change"`
}

// differs reports whether the resource changed. resource_drift also contains
// resources that were only moved to another address.
func (r *resourceChange) differs() bool { return len(r.changes()) > 0 }

func (r *resourceChange) changes() []change {
	address := r.Address
	if r.Deposed != "" {
		address += " (deposed " + r.Deposed + ")"
	}
	before, after := r.Change.Before, r.Change.After
	if after == nil {
		return []change{{address: address, desktop: r.identity()}}
	}
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if same(before[name], after[name]) {
			continue
		}
		c := change{address: address, attribute: name, before: before[name], after: after[name]}
		if c.hidden = r.sensitive(name); c.hidden {
			c.before, c.after = nil, nil
		}
		changes = append(changes, c)
	}
	return changes
}

func same(a, b json.RawMessage) bool {
	return bytes.Equal(a, b) || isNull(a) && isNull(b)
}

// sensitive reports whether Terraform marks any part of the old or the new
// value as sensitive. It is always true for passwords.
func (r *resourceChange) sensitive(name string) bool {
	return strings.Contains(name, "password") || marked(r.Change.BeforeSensitive, name) || marked(r.Change.AfterSensitive, name)
}

// identity returns the identity of the desktop that was removed.
func (r *resourceChange) identity() string {
	if r.Type != own+"desktop" || r.sensitive("username") || r.sensitive("desktop_uuid") {
		return ""
	}
	var id identity
	if json.Unmarshal(r.Change.Before["username"], &id.username) != nil || json.Unmarshal(r.Change.Before["desktop_uuid"], &id.uuid) != nil {
		return ""
	}
	return id.String()
}

// marked reports whether marks, the sensitivity marks in the JSON of Terraform,
// mark any part of an attribute. Marks of an unknown form count as marked.
func marked(marks json.RawMessage, attribute string) bool {
	var all bool
	if json.Unmarshal(marks, &all) == nil {
		return all
	}
	var each map[string]json.RawMessage
	if json.Unmarshal(marks, &each) != nil {
		return true
	}
	part, found := each[attribute]
	return found && bytes.Contains(part, []byte("true"))
}
