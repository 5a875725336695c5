package workspace_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

func newClient(t *testing.T, server *workspacetest.Server, credentials identity.Credentials, project string) *workspace.Client {
	t.Helper()
	endpoint, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := api.NewHTTPClient(api.TransportConfig{Wrap: credentials.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	return workspace.New(workspace.Config{
		Endpoint:    endpoint,
		Project:     func(context.Context) (string, error) { return project, nil },
		HTTP:        wrapped,
		Credentials: credentials,
		Retry:       api.RetryPolicy{Initial: time.Millisecond},
	})
}

func start(t *testing.T) (*workspacetest.Server, *workspace.Client) {
	t.Helper()
	cloud := identitytest.Start(t)
	server := workspacetest.Start(t, cloud)
	server.SetLogins(0, short)
	return server, newClient(t, server, identity.NewToken(cloud.Issue()), identitytest.ProjectID)
}

// short returns a record with one field, because thousands of complete records
// are slow.
func short(number int) workspacetest.Record {
	return workspacetest.Record{"transaction_id": "transaction-" + strconv.Itoa(number)}
}

// transactions reads all pages and returns the ids of the logins and the last
// total.
func transactions(t *testing.T, client *workspace.Client, in workspace.LoginRecordsInput, between func()) (ids []string, total int64) {
	t.Helper()
	for page, err := range client.LoginRecords(t.Context(), in) {
		if err != nil {
			t.Fatal(err)
		}
		total = page.TotalCount
		for _, r := range page.Records {
			ids = append(ids, *r.TransactionID)
		}
		if between != nil {
			between()
		}
	}
	return ids, total
}

func queries(server *workspacetest.Server) (all []string) {
	for _, r := range server.Requests() {
		all = append(all, r.Query)
	}
	return all
}

func TestLoginRecords_documentedSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("testdata/login-records.json")
	if err != nil {
		t.Fatal(err)
	}
	server, client := start(t)
	server.Answer(
		identitytest.Body(http.StatusOK, "application/json", string(sample)),
		// The sample contains two of its four records.
		identitytest.Body(http.StatusOK, "application/json", `{"total_count":4,"records":[]}`),
	)
	var pages []workspace.LoginPage
	for page, err := range client.LoginRecords(t.Context(), workspace.LoginRecordsInput{}) {
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	if len(pages) != 2 || len(pages[0].Records) != 2 || pages[0].TotalCount != 4 {
		t.Fatalf("pages %+v", pages)
	}
	want := workspace.LoginRecord{
		ComputerName: new("JY011"), UserName: new("jy01@local.com"), TerminalMAC: new("00-ac-9c-c7-9a-df"),
		TerminalName: new("DESKTOP-EG0P3TR"), TerminalIP: new("8.5.60.58"), ClientVersion: new("1.8.00005"),
		TerminalType: new("Windows 10"), AgentVersion: new("1.8.00005.10546"), DesktopIP: new("172.16.148.250"),
		ConnectionStartTime: new("2020-04-24T03:02:47Z"), ConnectionSetupTime: new("2020-04-24T03:02:49Z"),
		ConnectionEndTime: new("2020-04-24T03:36:43Z"), IsReconnect: new(false), PublicIP: new("0.0.0.0"),
	}
	if diff := cmp.Diff(want, pages[0].Records[0]); diff != "" {
		t.Error(diff)
	}
}

func TestLoginRecords_everyField(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.SetLogins(1, workspacetest.NewRecord)
	for page, err := range client.LoginRecords(t.Context(), workspace.LoginRecordsInput{}) {
		if err != nil {
			t.Fatal(err)
		}
		encoded, _ := json.Marshal(page.Records[0])
		var got, want map[string]any
		_ = json.Unmarshal(encoded, &got)
		encoded, _ = json.Marshal(workspacetest.NewRecord(0))
		_ = json.Unmarshal(encoded, &want)
		delete(want, "tenantId")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestLoginRecords_request(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	beijing := time.FixedZone("CST", 8*3600)
	in := workspace.LoginRecordsInput{
		Start: time.Date(2020, 4, 24, 8, 1, 59, 0, beijing), End: time.Date(2020, 4, 24, 9, 0, 1, 0, beijing),
		UserName: "jy 01@local.com", ComputerName: "JY+011", TerminalType: "WI",
		MinNetworkRTT: new(int64(0)), MaxNetworkRTT: new(int64(50)), EnterpriseProjectID: "0", MaxRecords: 7,
	}
	transactions(t, client, in, nil)
	requests := server.Requests()
	const want = "computer_name=JY%2B011&end_time=2020-04-24T01%3A01Z&enterprise_project_id=0&limit=7&max_network_rtt=50&min_network_rtt=0" +
		"&offset=0&start_time=2020-04-24T00%3A01Z&terminal_type=WI&user_name=jy+01%40local.com"
	if diff := cmp.Diff([]string{want}, queries(server)); diff != "" {
		t.Error(diff)
	}
	if r := requests[0]; r.Method != http.MethodGet || r.Path != workspacetest.Path || r.Body != "" || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("request %+v", r)
	}
}

func TestLoginRecords_filters(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.SetLogins(2500, workspacetest.NewRecord)
	// A time without seconds is not rounded.
	noon := time.Date(2020, 4, 24, 12, 0, 0, 0, time.UTC)
	ids, total := transactions(t, client, workspace.LoginRecordsInput{Start: noon, End: noon.Add(3 * time.Minute)}, nil)
	if diff := cmp.Diff([]string{"transaction-722", "transaction-721", "transaction-720"}, ids); diff != "" || total != 3 {
		t.Errorf("total %d\n%s", total, diff)
	}
	ids, _ = transactions(t, client, workspace.LoginRecordsInput{UserName: "jy07@local.com", MaxRecords: 2}, nil)
	if diff := cmp.Diff([]string{"transaction-2407", "transaction-2307"}, ids); diff != "" {
		t.Error(diff)
	}
}

func TestLoginRecords_pages(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		count, most, want int
		queries           []string
	}{
		"none":               {0, 0, 0, []string{"limit=1000&offset=0"}},
		"one page":           {1000, 0, 1000, []string{"limit=1000&offset=0"}},
		"three pages":        {2001, 0, 2001, []string{"limit=1000&offset=0", "limit=1000&offset=1000", "limit=1000&offset=2000"}},
		"max in a page":      {5000, 3, 3, []string{"limit=3&offset=0"}},
		"max at its end":     {5000, 1000, 1000, []string{"limit=1000&offset=0"}},
		"max after it":       {5000, 1500, 1500, []string{"limit=1000&offset=0", "limit=1000&offset=1000"}},
		"max above all":      {1500, 9999, 1500, []string{"limit=1000&offset=0", "limit=1000&offset=1000"}},
		"fewer than the max": {2, 3, 2, []string{"limit=3&offset=0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			server.SetCount(tt.count)
			ids, total := transactions(t, client, workspace.LoginRecordsInput{MaxRecords: tt.most}, nil)
			if len(ids) != tt.want || total != int64(tt.count) {
				t.Errorf("%d records of %d", len(ids), total)
			}
			if diff := cmp.Diff(tt.queries, queries(server)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoginRecords_totalChanges(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string][]int{
		"grows":           {2507, 2517},
		"grows each page": {2600, 2700, 2800, 2900, 3000},
		"shrinks":         {1900},
		"vanishes":        {0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			server.SetCount(2500)
			ids, _ := transactions(t, client, workspace.LoginRecordsInput{}, func() {
				if len(changes) > 0 {
					server.SetCount(changes[0])
					changes = changes[1:]
				}
			})
			seen := map[string]bool{}
			for _, id := range ids {
				if seen[id] {
					t.Fatalf("%s came twice", id)
				}
				seen[id] = true
			}
			// New logins move the records back, so that none of the first 2500
			// is missed.
			if len(changes) > 2 && len(ids) < 2500 {
				t.Errorf("%d records", len(ids))
			}
			if got := len(server.Requests()); got > 4 {
				t.Errorf("%d requests", got)
			}
		})
	}
}

// A user may log in twice in the same second. Without a transaction id, a
// record counts as repeated only if it is on the page before.
func TestLoginRecords_withoutTransaction(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.SetRecords(workspacetest.Record{"user_name": "ada"}, workspacetest.Record{"user_name": "ada"}, workspacetest.Record{})
	var got int
	for page, err := range client.LoginRecords(t.Context(), workspace.LoginRecordsInput{}) {
		if err != nil {
			t.Fatal(err)
		}
		got += len(page.Records)
	}
	if got != 3 {
		t.Errorf("%d records, want 3", got)
	}
}

// The memory does not grow with the number of records read.
func TestLoginRecords_constantMemory(t *testing.T) { //nolint:paralleltest // Other tests would use the same heap.
	server, client := start(t)
	server.SetCount(100_000)
	var early, late uint64
	pages, records := 0, 0
	for page, err := range client.LoginRecords(t.Context(), workspace.LoginRecordsInput{}) {
		if err != nil {
			t.Fatal(err)
		}
		records += len(page.Records)
		switch pages++; pages {
		case 5:
			early = heap()
		case 95:
			late = heap()
		}
	}
	if records != 100_000 || pages != 100 {
		t.Errorf("%d records on %d pages", records, pages)
	}
	if late > early+1<<20 {
		t.Errorf("the heap grew from %d to %d KiB", early>>10, late>>10)
	}
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// A reconnection has the transaction id of its login. They may be on different
// pages.
func TestLoginRecords_sharedTransaction(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.SetLogins(1500, func(number int) workspacetest.Record {
		return workspacetest.Record{"transaction_id": strconv.Itoa((number + 1) / 2), "connection_start_time": strconv.Itoa(number)}
	})
	if ids, _ := transactions(t, client, workspace.LoginRecordsInput{}, nil); len(ids) != 1500 {
		t.Errorf("%d records, want 1500", len(ids))
	}
}
