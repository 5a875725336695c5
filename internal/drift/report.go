package drift

import (
	"encoding/json"
	"time"
)

// SchemaVersion is the version of the JSON report. A new field raises the
// second number; anything that breaks a reader raises the first.
const SchemaVersion = "1.0"

// The values of Report.Status.
const (
	statusClean      = "no_findings"
	statusFindings   = "findings"
	statusIncomplete = "incomplete"
)

// Report is what a check found. It contains no sensitive value.
type Report struct {
	Version string `json:"schema_version"`
	Status  string `json:"status"`
	// Problems say why the check is incomplete.
	Problems   []string          `json:"problems"`
	Changed    changedSection    `json:"changed_or_removed"`
	Unmanaged  unmanagedSection  `json:"unmanaged"`
	Orders     ordersSection     `json:"open_orders"`
	NotVisible notVisibleSection `json:"not_visible"`
	Ignore     ignoreSection     `json:"ignore_file"`
}

type changedSection struct {
	Checked  bool `json:"checked"`
	Compared int  `json:"compared_resources"`
	// Others are drifted resources of other providers, which are not findings.
	Others   []string        `json:"other_providers"`
	Findings []changeFinding `json:"findings"`
	Ignored  []changeFinding `json:"ignored"`
}

type changeFinding struct {
	Address   string          `json:"address"`
	Removed   bool            `json:"removed"`
	Desktop   string          `json:"desktop,omitempty"`
	Attribute string          `json:"attribute,omitempty"`
	Before    json.RawMessage `json:"before,omitempty"`
	After     json.RawMessage `json:"after,omitempty"`
	Sensitive bool            `json:"sensitive"`
	*ignoredBy
}

type unmanagedSection struct {
	Checked bool `json:"checked"`
	// unasked says that nothing listed desktops.
	unasked bool
	Listed  int `json:"listed_desktops"`
	// Warnings are what the query reported, such as a group without desktops.
	Warnings []string           `json:"warnings"`
	Findings []unmanagedFinding `json:"findings"`
	Ignored  []unmanagedFinding `json:"ignored"`
}

type unmanagedFinding struct {
	// Username is empty if it comes from a sensitive value.
	Username  string `json:"username"`
	UUID      string `json:"desktop_uuid"`
	Name      string `json:"name"`
	ListedBy  string `json:"listed_by"`
	Sensitive bool   `json:"sensitive"`
	// Order is the open order that led to the desktop.
	Order string `json:"open_order,omitempty"`
	*ignoredBy
}

type ordersSection struct {
	Checked bool `json:"checked"`
	// unasked says that no inbox was given.
	unasked  bool
	Findings []Order `json:"findings"`
}

// Order is an order that may still lead to a desktop, as the subcommand orders
// prints it.
type Order struct {
	Ref         string    `json:"ref"`
	Scope       string    `json:"scope"`
	UserGroup   string    `json:"user_group,omitempty"`
	Username    string    `json:"username,omitempty"`
	OS          string    `json:"os"`
	State       string    `json:"state"`
	Created     time.Time `json:"created"`
	DesktopUUID string    `json:"desktop_uuid,omitempty"`
}

// notVisibleSection counts what the service never reports.
type notVisibleSection struct {
	Desktops            int `json:"desktops"`
	DesktopsWithoutDisk int `json:"desktops_without_disk_gib"`
	Policies            int `json:"policies"`
	Passwords           int `json:"user_passwords"`
}

type ignoreSection struct {
	// Expired entries are findings, unused ones are not.
	Expired []ignoreEntry `json:"expired"`
	Unused  []ignoreEntry `json:"unused"`
}

// ignoredBy says why a finding does not count.
type ignoredBy struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires"`
}

// findings counts what makes the exit code 2.
func (r *Report) findings() int {
	return len(r.Changed.Findings) + len(r.Unmanaged.Findings) + len(r.Orders.Findings) + len(r.Ignore.Expired)
}

// code is the exit code of the subcommand.
func (r *Report) code() int {
	switch r.Status {
	case statusClean:
		return 0
	case statusFindings:
		return 2
	}
	return 1
}
