package drift_test

import (
	"strings"
	"testing"
)

// Each invalid plan leads to exit code 1 and a message that says what to do.
func TestCommand_badPlans(t *testing.T) {
	t.Parallel()
	good := planOf("", managed("a", "u", "1"))
	for name, tc := range map[string]struct{ plan, want string }{
		"empty":          {"", "it is incomplete; write it again with terraform show -json"},
		"half":           {good[:len(good)/2], "it is incomplete"},
		"half of a word": {good[:strings.Index(good, "errored")+2], "it is incomplete"},
		"the plan file":  {"PK\x03\x04\x14", "it is not a plan in JSON; write it with terraform show -json PLAN"},
		"a log":          {`{"@level":"info","@message":"Terraform 1.14.0","type":"version"}` + "\n{}", "it is not a plan in JSON"},
		"a state":        {`{"format_version":"1.0","terraform_version":"1.14.0","values":{"root_module":{}}}`, "it is a state, not a plan"},
		"an array":       {"[]", "it is not a plan in JSON"},
		"no version":     {"{}", "it is not a plan in JSON"},
		"new version":    {strings.Replace(good, `"1.2"`, `"2.0"`, 1), `its format version is "2.0", and this version of the provider reads 1.x; use a newer provider`},
		"two plans":      {good + good, "there is text after the end of the document"},
		"other form":     {planOf("", `{"address":"clouddesktop_desktop.a","mode":"managed","type":"clouddesktop_desktop","values":{"username":7},"sensitive_values":{}}`), "clouddesktop_desktop.a in it does not have the form of this provider's version"},
		"failed":         {planOf("", managed("a", "u", "1"), `"complete":false`, `"errored":true`), "The plan failed, so it does not show everything."},
		"targeted":       {planOf("", managed("a", "u", "1"), `"complete":false`, `"errored":false`), "The plan is not complete. Make it without -target and -exclude"},
		"not refreshed":  {planOf("", managed("a", "u", "1"), `"resource_changes":[{"address":"clouddesktop_desktop.a","mode":"managed"}]`), "The plan was not made with -refresh-only"},
		"empty state":    {planOf("", ""), "The state contains no resource of this provider, so there is nothing to compare."},
		"other state":    {planOf("", `{"address":"random_pet.a","mode":"managed","type":"random_pet","values":{"username":{}},"sensitive_values":{}}`), "The state contains no resource of this provider"},
		"data failed": {
			planOf("", managed("a", "u", "1")+`,{"address":"data.clouddesktop_user_desktops.dev","mode":"data","type":"clouddesktop_user_desktops","values":{"user_group":"dev","desktops":null},"sensitive_values":{}}`),
			"data.clouddesktop_user_desktops.dev could not be read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFiles(t)
			f.run(f.write("plan.json", tc.plan)).check(t, 1, tc.want, "Result: The check is incomplete.")
		})
	}
}

func TestCommand_badQueries(t *testing.T) {
	t.Parallel()
	good := queryOf(1, found("u", "1"))
	warning := `{"@level":"warn","type":"diagnostic","diagnostic":{"severity":"warning","summary":"List Ends at Its Limit","detail":"There are more.","address":"list.clouddesktop_desktop.all"}}` + "\n"
	for name, tc := range map[string]struct{ query, want string }{
		"empty":        {"", "it is not the output of terraform query -json"},
		"text":         {"list.clouddesktop_desktop.all  username=u", "it is not the output of terraform query -json"},
		"a plan":       {planOf("", ""), "it is not the output of terraform query -json"},
		"half a line":  {good[:len(good)-9], "it is incomplete; write it again with terraform query -json"},
		"half a list":  {good[:strings.Index(good, `{"@level":"info","type":"list_complete"`)], "The query of list.clouddesktop_desktop.all did not finish."},
		"lines lost":   {queryOf(2, found("u", "1")), "list.clouddesktop_desktop.all found 2 desktops, and the file contains 1 of them."},
		"no list":      {strings.ReplaceAll(good, "clouddesktop_desktop", "random_pet"), `it lists no desktops; write a block list "clouddesktop_desktop"`},
		"new version":  {strings.Replace(good, `"1.2"`, `"2.0"`, 1), `its format version is "2.0"`},
		"no identity":  {strings.Replace(good, `"desktop_uuid"`, `"uuid"`, 1), "a desktop of list.clouddesktop_desktop.all has no username and desktop_uuid"},
		"cut by limit": {good + warning, "terraform query reported: List Ends at Its Limit. There are more."},
		"failed": {
			good + `{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"Unable to List Desktops of User u_02","detail":"connection refused\n\nService: desktop"}}`,
			"terraform query reported: Unable to List Desktops of User u_02. connection refused",
		},
		"failed at once": {`{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"No configuration files"}}`, "it is not the output of terraform query -json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFiles(t)
			plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
			f.run(plan, "--query", f.write("query.json", tc.query)).check(t, 1, tc.want, "Unmanaged desktops: not checked")
		})
	}
}

// Other warnings do not make a list incomplete. Those about the list are shown.
func TestCommand_otherWarnings(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	query := queryOf(1, found("u", "1")) + `{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"Deprecated"}}` +
		`{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"Group Has No Desktops","detail":"Check it.","address":"list.clouddesktop_desktop.all"}}`
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	got := f.run(plan, "--query", f.write("query.json", query))
	got.check(t, 0, "Unmanaged desktops: no findings, 1 desktop listed\n  Warning: Group Has No Desktops. Check it.\n")
	got.lacks(t, "Deprecated")
}

func TestCommand_badIgnoreFiles(t *testing.T) {
	t.Parallel()
	entry := func(fields string) string {
		return `{"ignore":[{"address":"a","attribute":"b","reason":"c","expires":"2027-01-31"},{` + fields + `}]}`
	}
	for name, tc := range map[string]struct{ file, want string }{
		"empty":                   {"", `it is incomplete; write {"ignore": [`},
		"half":                    {`{"ignore":[`, `it is incomplete; write {"ignore": [`},
		"unknown key":             {`{"ignored":[]}`, `unknown field "ignored"; write {"ignore": [`},
		"two documents":           {`{"ignore":[]}{}`, "there is text after its end"},
		"unknown key of an entry": {entry(`"adr":"a"`), `entry 2: unknown field "adr"; an entry has address and attribute, or desktop, and reason and expires`},
		"nothing":                 {entry(``), "entry 2: write either address and attribute, or desktop"},
		"both":                    {entry(`"address":"a","desktop":"b"`), "entry 2: write either address and attribute, or desktop"},
		"no attribute":            {entry(`"address":"a","reason":"c","expires":"2027-01-31"`), "entry 2: attribute is missing"},
		"attribute of a desktop":  {entry(`"desktop":"a","attribute":"b","reason":"c","expires":"2027-01-31"`), "entry 2: attribute requires address"},
		"no reason":               {entry(`"address":"a","attribute":"b","reason":" ","expires":"2027-01-31"`), "entry 2: reason is missing; write why this is ignored"},
		"no expiry":               {entry(`"address":"a","attribute":"b","reason":"c"`), "entry 2: expires is missing; write the last day"},
		"no date":                 {entry(`"address":"a","attribute":"b","reason":"c","expires":"31.01.2027"`), `entry 2: expires is "31.01.2027"; write a date such as 2027-01-31`},
		"number":                  {entry(`"address":7`), "entry 2: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFiles(t)
			plan := f.write("plan.json", planOf(gone, ""))
			f.run(plan, "--ignore", f.write("ignore.json", tc.file)).check(t, 1, tc.want, "clouddesktop_desktop.gone: removed")
		})
	}
}

func TestCommand_badArguments(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", planOf("", managed("a", "u", "1")))
	for _, tc := range []struct {
		args []string
		want string
	}{
		{nil, "write exactly one plan"},
		{[]string{plan, plan}, "write exactly one plan"},
		{[]string{plan, "--formt", "json"}, "flag provided but not defined: -formt"},
		{[]string{plan, "--format", "yaml"}, `--format is "yaml"; write text, json, markdown, github or junit`},
		{[]string{plan, "--scope", "x"}, "--scope requires --inbox"},
		{[]string{plan + "x"}, "no such file or directory"},
		{[]string{plan, "--query", plan + "x"}, "The query " + plan + "x cannot be used: no such file or directory."},
		{[]string{plan, "--ignore", f.dir}, "is a directory"},
	} {
		f.run(tc.args...).check(t, 1, tc.want)
	}
	f.run("-h").check(t, 0, "Exit codes: 0 no findings, 2 findings, 1 the check is incomplete or failed.", "-ignore file")
}

func TestCommand_stdin(t *testing.T) {
	t.Parallel()
	newFiles(t).run("-").check(t, 0, "1 resource compared", "Result: No findings.")
}
