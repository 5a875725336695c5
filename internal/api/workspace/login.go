package workspace

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

const (
	// pageSize is the largest page that the service returns.
	pageSize = 1000
	// timeFormat has no seconds.
	timeFormat = "2006-01-02T15:04Z"
)

// LoginRecordsInput filters login records. Fields that are not set are not
// filters.
type LoginRecordsInput struct {
	// Start and End must both be set or both be zero. The service accepts only
	// minutes, so Start is rounded down and End is rounded up.
	Start, End time.Time
	// UserName is the name of the user who logged in.
	UserName string
	// ComputerName is the computer name of the desktop.
	ComputerName string
	// TerminalType is "WI", the client of the cloud desktop.
	TerminalType string
	// MinNetworkRTT and MaxNetworkRTT are the limits of the end-to-end latency
	// in milliseconds.
	MinNetworkRTT, MaxNetworkRTT *int64
	// EnterpriseProjectID is the id of an enterprise project.
	EnterpriseProjectID string
	// MaxRecords limits how many records are read; 0 means no limit.
	MaxRecords int
}

// LoginRecord is one login. Any of its fields may be absent.
type LoginRecord struct {
	SID                     *string `json:"sid"`
	TransactionID           *string `json:"transaction_id"`
	ComputerName            *string `json:"computer_name"`
	UserName                *string `json:"user_name"`
	TerminalMAC             *string `json:"terminal_mac"`
	TerminalName            *string `json:"terminal_name"`
	TerminalIP              *string `json:"terminal_ip"`
	ClientVersion           *string `json:"client_version"`
	TerminalType            *string `json:"terminal_type"`
	AgentVersion            *string `json:"agent_version"`
	DesktopIP               *string `json:"desktop_ip"`
	ConnectionStartTime     *string `json:"connection_start_time"`
	ConnectionSetupTime     *string `json:"connection_setup_time"`
	ConnectionEndTime       *string `json:"connection_end_time"`
	IsReconnect             *bool   `json:"is_reconnect"`
	ConnectionFailureReason *string `json:"connection_failure_reason"`
	NetworkRTT              *int64  `json:"network_rtt"`
	E2ERTT                  *int64  `json:"e2e_rtt"`
	SourceIP                *string `json:"source_ip"`
	PublicIP                *string `json:"public_ip"`
	EnterpriseProjectID     *string `json:"enterprise_project_id"`
}

// key identifies a record, even if the login ends between two pages. Several
// records can have the same transaction_id.
func (r LoginRecord) key() string {
	r.ConnectionEndTime, r.ConnectionFailureReason, r.NetworkRTT, r.E2ERTT = nil, nil, nil, nil
	encoded, _ := json.Marshal(r) // A record can always be encoded.
	return string(encoded)
}

// LoginPage is one page of login records.
type LoginPage struct {
	// TotalCount is the number of all records when the page was read.
	TotalCount int64
	// Records are the records that are not in the page before.
	Records []LoginRecord
}

// LoginRecords reads the login records page by page, with at most two pages in
// memory. It ends after the last page or the first error.
//
// A login between the requests for two pages moves the older records, so that
// the next page begins with records of the page before. These are removed.
//
// API: GET /v2/{project_id}/connections/desktops
func (c *Client) LoginRecords(ctx context.Context, in LoginRecordsInput) iter.Seq2[LoginPage, error] {
	return func(yield func(LoginPage, error) bool) {
		// All pages have the same size, so a page can repeat only records of
		// the page before it.
		limit := pageSize
		if in.MaxRecords > 0 {
			limit = min(limit, in.MaxRecords)
		}
		var seen map[string]bool
		for offset, read := 0, 0; ; {
			page, err := c.loginPage(ctx, in, offset, limit)
			if err != nil {
				yield(LoginPage{}, err)
				return
			}
			got := len(page.Records)
			offset += got
			last := got == 0 || int64(offset) >= page.TotalCount
			page.Records, seen = unseen(page.Records, seen)
			if len(page.Records) == 0 && got == limit && !last {
				yield(LoginPage{}, c.stuck(offset))
				return
			}
			if in.MaxRecords > 0 {
				page.Records = page.Records[:min(len(page.Records), in.MaxRecords-read)]
				last = last || read+len(page.Records) == in.MaxRecords
			}
			read += len(page.Records)
			if !yield(page, nil) || last {
				return
			}
		}
	}
}

// unseen returns the records whose keys are not in seen, and the keys of all.
func unseen(records []LoginRecord, seen map[string]bool) (fresh []LoginRecord, keys map[string]bool) {
	keys = make(map[string]bool, len(records))
	for _, r := range records {
		key := r.key()
		keys[key] = true
		if !seen[key] {
			fresh = append(fresh, r)
		}
	}
	return fresh, keys
}

var listLogins = api.Call{Method: http.MethodGet, Path: "/v2/{project_id}/connections/desktops"}

// stuck returns the error for a service that returns the same page again.
func (c *Client) stuck(offset int) error {
	return &api.Error{
		Service: "workspace", Operation: listLogins.Operation(), Status: http.StatusOK,
		Message: fmt.Sprintf("the service returns the same page of records again at offset %d", offset),
	}
}

func (c *Client) loginPage(ctx context.Context, in LoginRecordsInput, offset, limit int) (LoginPage, error) {
	if c.config.Unavailable != nil {
		return LoginPage{}, c.config.Unavailable
	}
	project, err := c.config.Project(ctx)
	if err != nil {
		return LoginPage{}, err
	}
	call := listLogins
	call.Params = []string{project}
	call.Query = in.query()
	call.Query.Set("offset", strconv.Itoa(offset))
	call.Query.Set("limit", strconv.Itoa(limit))
	answer, err := c.get(ctx, call)
	if err != nil {
		return LoginPage{}, err
	}
	var body struct {
		TotalCount *int64        `json:"total_count"`
		Records    []LoginRecord `json:"records"`
	}
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		return LoginPage{}, c.http.MalformedResponse(call, answer, "the answer is not the JSON of login records")
	}
	if body.TotalCount == nil || body.Records == nil && *body.TotalCount > 0 {
		return LoginPage{}, c.http.MalformedResponse(call, answer, "the answer lacks total_count or records")
	}
	return LoginPage{TotalCount: *body.TotalCount, Records: body.Records}, nil
}

func (in LoginRecordsInput) query() url.Values {
	query := url.Values{}
	if !in.Start.IsZero() {
		query.Set("start_time", in.Start.UTC().Format(timeFormat))
	}
	if !in.End.IsZero() {
		query.Set("end_time", in.End.UTC().Add(time.Minute-time.Nanosecond).Format(timeFormat))
	}
	for name, value := range map[string]string{
		"user_name":             in.UserName,
		"computer_name":         in.ComputerName,
		"terminal_type":         in.TerminalType,
		"enterprise_project_id": in.EnterpriseProjectID,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for name, value := range map[string]*int64{"min_network_rtt": in.MinNetworkRTT, "max_network_rtt": in.MaxNetworkRTT} {
		if value != nil {
			query.Set(name, strconv.FormatInt(*value, 10))
		}
	}
	return query
}
