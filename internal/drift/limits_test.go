package drift_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// grown returns a plan in which many disks have grown.
func grown(desktops int) string {
	drifted := make([]string, desktops)
	for n := range drifted {
		drifted[n] = changed(fmt.Sprintf("clouddesktop_desktop.team[%d]", n), `{"disk_gib":50}`, `{"disk_gib":80}`)
	}
	return planOf(strings.Join(drifted, ","), managed("a", "u", "1"))
}

// An issue of GitHub has at most 65,536 characters.
func TestCommand_manyFindings(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", grown(2000))
	got := f.run(plan, "--format", "markdown")
	got.check(t, 2, "2000 findings, 1 resource compared", "`clouddesktop_desktop.team[0] disk_gib`: `50 -> 80`", " more; the text and JSON formats list all\n")
	if len(got.stdout) > 20_000 {
		t.Errorf("the report has %d bytes", len(got.stdout))
	}
	log := f.run(plan, "--format", "github")
	log.check(t, 2, "- clouddesktop_desktop.team[1999] disk_gib: 50 -> 80\n")
	if n := strings.Count(log.stdout, "::warning "); n != 10 {
		t.Errorf("%d annotations, want the 10 that GitHub shows", n)
	}
}

func TestCommand_longValue(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	drifted := changed("clouddesktop_desktop.a", `{"desktop_name":"a"}`, `{"desktop_name":"`+strings.Repeat("长", 300)+`"}`)
	f.run(f.write("plan.json", planOf(drifted, managed("a", "u", "1")))).check(t, 2, `desktop_name: "a" -> "`+strings.Repeat("长", 199)+"…\n")
}

// The findings of a failed plan are still reported.
func TestCommand_failedPlan(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", planOf(gone, managed("a", "u", "1"), `"complete":false`, `"errored":true`))
	query := f.write("query.json", queryOf(1, found("lab_01", "2")))
	f.run(plan, "--query", query).check(t, 1,
		"Changed or removed: not complete, 1 finding so far\n  clouddesktop_desktop.gone: removed",
		"Unmanaged desktops: not checked\n",
		"Result: The check is incomplete. It has 1 finding so far.",
	)
}

// A section says how to check it only if it was not requested.
func TestCommand_hints(t *testing.T) {
	t.Parallel()
	const query, inbox = "write --query", "write --inbox"
	f := newFiles(t)
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	f.run(plan).check(t, 0, query, inbox)
	f.inbox.broken = errors.New("access denied")
	f.inbox.order(1, "prod", devGroup())
	got := f.run(plan, "--query", f.write("query.json", ""), "--inbox", "dir")
	got.check(t, 1, "Unmanaged desktops: not checked\nOpen orders: not checked\n")
	got.lacks(t, query)
	got.lacks(t, inbox)
}

// The findings of a failed query are still reported.
func TestCommand_failedQuery(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	query := queryOf(2, found("lab_01", "2"))
	f.run(plan, "--query", f.write("query.json", query)).check(t, 1, "Unmanaged desktops: not complete, 1 finding so far\n  lab_01/2: ")
}

// A failed data source does not mean that there are no unmanaged desktops.
func TestCommand_failedDataSource(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	resources := managed("a", "u", "1") + `,{"address":"data.clouddesktop_user_desktops.dev","mode":"data","type":"clouddesktop_user_desktops","values":{"desktops":null},"sensitive_values":{}}`
	plan := f.write("plan.json", planOf("", resources))
	f.run(plan).check(t, 1, "Changed or removed: no findings, 1 resource compared", "Unmanaged desktops: not checked", "data.clouddesktop_user_desktops.dev could not be read")
	f.run(plan, "--format", "junit").check(t, 1, `<testsuites name="drift" tests="7" failures="0" errors="1" skipped="`)
}

func TestCommand_notVisible(t *testing.T) {
	t.Parallel()
	resource := func(kind, values string) string {
		return fmt.Sprintf(`,{"address":"clouddesktop_%[1]s.x","mode":"managed","type":"clouddesktop_%[1]s","values":%[2]s,"sensitive_values":{}}`, kind, values)
	}
	f := newFiles(t)
	resources := managed("a", "u", "1") + resource("desktop", `{"username":"v","desktop_uuid":"2","disk_gib":null}`) +
		resource("desktop_policy", "{}") + resource("desktop_policy", "{}") + resource("user_password", "{}")
	f.run(f.write("plan.json", planOf("", resources))).check(t, 0, `Not visible: the service does not report these
  os, cpu, memory_mib and password of 2 desktops
  disk_gib (not configured) of 1 desktop
  usb_enable and data_access of 2 policies
  password of 1 clouddesktop_user_password resource
`)
}

func TestCommand_expiredDesktop(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	query := f.write("query.json", queryOf(1, found("lab_01", "2")))
	ignore := f.write("ignore.json", `{"ignore":[{"desktop":"lab_*1/2","reason":"fair","expires":"2026-11-24"},{"desktop":"lab_*x*/2","reason":"no","expires":"2027-01-01"}]}`)
	f.run(plan, "--query", query, "--ignore", ignore).check(t, 2, "Unmanaged desktops: 2 findings, 1 desktop listed\n  lab_01/2: ",
		"  ignore entry lab_*1/2: expired on 2026-11-24 (fair)\n", "Unused ignore entry: lab_*x*/2\n")
}
