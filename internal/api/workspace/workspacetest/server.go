// Package workspacetest is a strict fake of the login records of Huawei Cloud
// Workspace, which implements their document.
package workspacetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

// Path is the only path of the service.
const Path = "/v2/" + identitytest.ProjectID + "/connections/desktops"

// Record is a login record in the form of the service. Each field may be
// absent.
type Record map[string]any

// NewRecord returns a record with all documented fields. Newer logins have
// higher numbers. There is one login per minute; the first one is at midnight
// of 2020-04-24.
func NewRecord(number int) Record {
	return Record{
		"tenantId":                  "tenant-not-for-display",
		"sid":                       fmt.Sprintf("S-1-5-21-%d", number),
		"transaction_id":            fmt.Sprintf("transaction-%d", number),
		"computer_name":             fmt.Sprintf("JY%03d", number%1000),
		"user_name":                 fmt.Sprintf("jy%02d@local.com", number%100),
		"terminal_mac":              "00-ac-9c-c7-9a-df",
		"terminal_name":             "DESKTOP-EG0P3TR",
		"terminal_ip":               "8.5.60.58",
		"client_version":            "1.8.00005",
		"terminal_type":             "WI",
		"agent_version":             "1.8.00005.10546",
		"desktop_ip":                "172.16.148.250",
		"connection_start_time":     at(number, 2),
		"connection_setup_time":     at(number, 5),
		"connection_end_time":       at(number, 55),
		"is_reconnect":              number%2 == 1,
		"connection_failure_reason": "",
		"network_rtt":               number % 100,
		"e2e_rtt":                   number%100 + 10,
		"source_ip":                 "8.5.60.59",
		"public_ip":                 "0.0.0.0",
		"enterprise_project_id":     "0",
	}
}

// Server is the fake service. It is an http.Handler.
type Server struct {
	identitytest.Script
	// URL is the URL of the server after Start.
	URL string

	cloud *identitytest.Server

	mu     sync.Mutex
	count  int
	record func(number int) Record
}

// New returns a Workspace of a cloud, without records. It does not listen; use
// it as an http.Handler.
func New(cloud *identitytest.Server) *Server { return &Server{cloud: cloud, record: NewRecord} }

// Start serves a Workspace on loopback until the test ends.
func Start(t testing.TB, cloud *identitytest.Server) *Server {
	t.Helper()
	s := New(cloud)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// SetCount sets the number of logins, which are numbered from 0. A larger count
// adds newer logins.
func (s *Server) SetCount(count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count = count
}

// SetRecords sets the login records, the newest first.
func (s *Server) SetRecords(records ...Record) {
	s.SetLogins(len(records), func(number int) Record { return records[len(records)-1-number] })
}

// SetLogins sets the number of logins. record creates each record when it is
// requested.
func (s *Server) SetLogins(count int, record func(number int) Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count, s.record = count, record
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.cloud.Now().UTC().Format(http.TimeFormat))
	s.Serve(w, r, s.serve)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	if err := s.cloud.Authenticate(r, body); err != nil {
		identitytest.GatewayFault(w, http.StatusUnauthorized, "APIGW.0301", err.Error())
		return
	}
	var project string
	if n, _ := fmt.Sscanf(r.URL.Path, "/v2/%32s", &project); n != 1 || r.URL.Path != "/v2/"+project+"/connections/desktops" {
		identitytest.GatewayFault(w, http.StatusNotFound, "APIGW.0101", "The API does not exist or has not been published in the environment")
		return
	}
	switch {
	case r.Method != http.MethodGet:
		identitytest.GatewayFault(w, http.StatusMethodNotAllowed, "APIGW.0101", "The request method is not supported")
	case project != identitytest.ProjectID:
		identitytest.GatewayFault(w, http.StatusForbidden, "WKS.0403", "The credentials belong to another project.")
	case r.Header.Get("Content-Type") != "application/json":
		badRequest(w, "Content-Type is required")
	default:
		query, err := parseQuery(r.URL.RawQuery)
		if err != nil {
			badRequest(w, err.Error())
			return
		}
		s.list(w, r, query)
	}
}

// list answers with the newest logins first.
func (s *Server) list(w http.ResponseWriter, r *http.Request, q query) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, total := []Record{}, 0
	for number := s.count - 1; number >= 0; number-- {
		inPage := total >= q.offset && len(records) < q.limit
		if q.filters() || inPage {
			record := s.record(number)
			if !q.matches(record) {
				continue
			}
			if inPage {
				records = append(records, record)
			}
		}
		total++
	}
	encoded, _ := json.Marshal(map[string]any{"total_count": total, "records": slices.Clip(records)})
	identitytest.Body(http.StatusOK, "application/json", string(encoded))(w, r)
}

func badRequest(w http.ResponseWriter, message string) {
	identitytest.GatewayFault(w, http.StatusBadRequest, "WKS.0400", message)
}
