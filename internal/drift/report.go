package drift

import (
	"encoding/json"
	"time"
)

// SchemaVersion is the version of the JSON report. A new field increments the
// second number, and an incompatible change the first.
const SchemaVersion = "1.0"

// The values of Report.Status.
const (
	statusClean      = "no_findings"
	statusFindings   = "findings"
	statusIncomplete = "incomplete"
)

// Report is the result of a check. It contains no sensitive values.
type Report struct {
	Version string `json:"schema_version"`
	Status  string `json:"status"`
	// Problems are the reasons why the check is incomplete.
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
	// unasked reports whether no query and no data source listed desktops.
	unasked bool
	Listed  int `json:"listed_desktops"`
	// Warnings are the warnings of the query, such as a group without desktops.
	Warnings []string           `json:"warnings"`
	Findings []unmanagedFinding `json:"findings"`
	Ignored  []unmanagedFinding `json:"ignored"`
}

type unmanagedFinding struct {
	// Username is empty if it is from a sensitive value.
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
	// unasked reports whether --inbox was not set.
	unasked  bool
	Findings []Order `json:"findings"`
}

// Order is an open order, in the form of the subcommand orders.
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

// notVisibleSection counts the resources with values that the service does not
// report.
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

// ignoredBy is the reason why a finding is ignored.
type ignoredBy struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires"`
}

// findings returns the number of findings. The exit code is 2 if there are any.
func (r *Report) findings() int {
	return len(r.Changed.Findings) + len(r.Unmanaged.Findings) + len(r.Orders.Findings) + len(r.Ignore.Expired)
}

// code returns the exit code of the subcommand.
func (r *Report) code() int {
	switch r.Status {
	case statusClean:
		return 0
	case statusFindings:
		return 2
	}
	return 1
}
