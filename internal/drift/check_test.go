package drift_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestCommand_exitCodes(t *testing.T) {
	t.Parallel()
	team := managed("a", "u", "1")
	data := func(values, sensitive string) string {
		return team + `,{"address":"data.clouddesktop_user_desktops.dev","mode":"data","type":"clouddesktop_user_desktops","values":` + values + `,"sensitive_values":` + sensitive + `}`
	}
	for name, tc := range map[string]struct {
		drifted, resources, query string
		code                      int
		want                      string
	}{
		"no drift":          {"", team, "", 0, "Changed or removed: no findings, 1 resource compared"},
		"disk grown":        {changed("clouddesktop_desktop.a", `{"disk_gib":50}`, `{"disk_gib":80}`), team, "", 2, "clouddesktop_desktop.a disk_gib: 50 -> 80"},
		"disk lost":         {changed("clouddesktop_desktop.a", `{"disk_gib":50}`, `{}`), team, "", 2, "clouddesktop_desktop.a disk_gib: 50 -> null"},
		"all removed":       {gone, "", "", 2, "clouddesktop_desktop.gone: removed (desktop build_01/uuid-9)"},
		"moved only":        {changed("clouddesktop_desktop.a", `{"disk_gib":50,"x":null}`, `{"disk_gib":50}`), team, "", 0, "no findings"},
		"deposed":           {strings.Replace(gone, `"mode"`, `"deposed":"abcd1234","mode"`, 1), team, "", 2, "clouddesktop_desktop.gone (deposed abcd1234): removed"},
		"other provider":    {strings.ReplaceAll(gone, "clouddesktop_desktop", "random_pet"), team, "", 0, "1 resource of other providers changed, the first is random_pet.gone."},
		"all managed":       {"", team, queryOf(1, found("u", "1")), 0, "Unmanaged desktops: no findings, 1 desktop listed"},
		"unmanaged":         {"", team, queryOf(1, found("u", "2")), 2, `u/2: "u-win10-1 (u)", not in the state`},
		"other user":        {"", team, queryOf(1, found("v", "1")), 2, "v/1: "},
		"listed twice":      {"", team, queryOf(2, found("v", "2"), found("v", "2")), 2, "Unmanaged desktops: 1 finding, 1 desktop listed"},
		"data source":       {"", data(`{"username":"u","desktops":[{"desktop_uuid":"1","desktop_name":"n"},{"desktop_uuid":"2","desktop_name":"n"}]}`, `{"desktops":[{},{}]}`), "", 2, `u/2: "n", not in the state`},
		"data source group": {"", data(`{"user_group":"u","desktops":[{"username":"u_02","desktop_uuid":"2"}]}`, `{"desktops":[{}]}`), "", 2, "u_02/2: not in the state"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFiles(t)
			plan := planOf(tc.drifted, tc.resources)
			args := []string{f.write("plan.json", plan)}
			if tc.query != "" {
				args = append(args, "--query", f.write("query.json", tc.query))
			}
			f.run(args...).check(t, tc.code, tc.want)
		})
	}
}

func TestCommand_ignored(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", planOf(gone+","+changed(`clouddesktop_desktop.team["a"]`, `{"disk_gib":50}`, `{"disk_gib":80}`), managed("a", "u", "1")))
	ignore := func(address, attribute, expires string) []string {
		return []string{plan, "--ignore", f.write("ignore.json", fmt.Sprintf(`{"ignore":[{"address":%q,"attribute":%q,"reason":"why not","expires":%q}]}`, address, attribute, expires))}
	}
	const grown, left = `clouddesktop_desktop.team["a"] disk_gib: 50 -> 80`, "clouddesktop_desktop.gone: removed"
	// A pattern for attributes does not match the removal of the desktop.
	f.run(ignore("*", "*", "2026-11-25")...).check(t, 2, "1 finding,", grown+" (ignored until 2026-11-25: why not)", left)
	f.run(ignore("*.gone", "removed", "2026-11-25")...).check(t, 2, "1 finding,", left+" (desktop build_01/uuid-9) (ignored", grown)
	// Brackets and quotes match literally.
	f.run(ignore(`clouddesktop_desktop.team["a"]`, "disk_gib", "2027-01-01")...).check(t, 2, "1 finding,", grown+" (ignored")
	f.run(ignore(`clouddesktop_desktop.team[*]`, "disk_gib", "2027-01-01")...).check(t, 2, "1 finding,", grown+" (ignored")
	f.run(ignore(`clouddesktop_desktop.team[*]x`, "disk_gib", "2027-01-01")...).check(t, 2, "2 findings,", "Unused ignore entry: clouddesktop_desktop.team[*]x disk_gib")
	// An expired entry has no effect, and is a finding itself.
	f.run(ignore("*", "*", "2026-11-24")...).check(t, 2, "3 findings,", "ignore entry * *: expired on 2026-11-24 (why not)")
}

func TestCommand_allIgnored(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	plan := f.write("plan.json", planOf(gone, managed("a", "u", "1")))
	ignore := f.write("ignore.json", `{"ignore":[{"address":"*k*p.g*e","attribute":"removed","reason":"r","expires":"2027-01-01"},{"desktop":"lab*/*","reason":"lab","expires":"2027-01-01"}]}`)
	query := f.write("query.json", queryOf(1, found("lab_01", "2")))
	f.run(plan, "--ignore", ignore, "--query", query).check(t, 0, "no findings, 1 resource compared", "(ignored until 2027-01-01: lab)", "Result: No findings.")
}

// Values that are marked as sensitive are not printed, for all forms of marks.
// Passwords are not printed even without a mark.
func TestCommand_sensitive(t *testing.T) {
	t.Parallel()
	const secret = "s3cret-value"
	change := func(attribute, before, after string) string {
		return fmt.Sprintf(`{"address":"clouddesktop_desktop.a","type":"clouddesktop_desktop","change":{"before":{%[1]q:%[4]q},"after":{%[1]q:"x"},"before_sensitive":%[2]s,"after_sensitive":%[3]s}}`, attribute, before, after, secret)
	}
	hidden := map[string]string{
		"attribute":     change("desktop_name", `{"desktop_name":true}`, `{}`),
		"after only":    change("desktop_name", `{}`, `{"desktop_name":true}`),
		"inside":        change("desktop_name", `{"desktop_name":[{},{"x":true}]}`, `{}`),
		"everything":    change("desktop_name", `true`, `false`),
		"unknown marks": change("desktop_name", `["desktop_name"]`, `{}`),
		"password":      change("password", `{}`, `{}`),
		"password_wo":   change("password_wo", `false`, `false`),
		"no marks":      strings.ReplaceAll(change("desktop_name", `{}`, `{}`), `,"before_sensitive":{},"after_sensitive":{}`, ""),
		"removed":       `{"address":"clouddesktop_desktop.a","type":"clouddesktop_desktop","change":{"before":{"username":"s3cret-value","desktop_uuid":"1"},"after":null,"before_sensitive":{"username":true},"after_sensitive":false}}`,
	}
	for name, drifted := range hidden {
		for _, format := range formats {
			t.Run(name+" "+format, func(t *testing.T) {
				t.Parallel()
				f := newFiles(t)
				got := f.run(f.write("plan.json", planOf(drifted, managed("a", "u", "1"))), "--format", format)
				got.check(t, 2, "clouddesktop_desktop.a")
				got.lacks(t, secret)
			})
		}
	}
}

// The user of a listed desktop is hidden if the name is from a sensitive value.
func TestCommand_sensitiveUsers(t *testing.T) {
	t.Parallel()
	const secret = "s3cret-group"
	for _, format := range formats {
		f := newFiles(t)
		data := `,{"address":"data.clouddesktop_user_desktops.x","mode":"data","type":"clouddesktop_user_desktops","values":{"username":"s3cret-group","desktops":[{"desktop_uuid":"uuid-2"}]},"sensitive_values":{"username":true}}`
		query := strings.Replace(queryOf(1, found(secret, "uuid-3")), `"input_config":{}`, `"input_config":{"user_group":"s3cret-group"},"sensitive_attribute_paths":[".user_group"]`, 1)
		got := f.run(f.write("plan.json", planOf("", managed("a", "u", "1")+data)), "--query", f.write("query.json", query), "--format", format)
		got.check(t, 2, "uuid-2", "uuid-3")
		got.lacks(t, secret)
	}
}

func TestCommand_modules(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	inside := `"root_module":{"child_modules":[{"address":"module.a","child_modules":[{"resources":[` + managed("a", "u", "1") + `]}]}]}}}`
	plan := strings.Replace(planOf("", ""), `"root_module":{"resources":[]}}}`, inside, 1)
	f.run(f.write("plan.json", plan), "--query", f.write("query.json", queryOf(1, found("u", "1")))).check(t, 0, "1 resource compared")
}
