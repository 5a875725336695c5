package provider_test

import (
	"regexp"
	"testing"
)

// The guide says of every attribute of every resource whether Terraform sees an
// out-of-band change.
func TestDriftGuide_hasEveryAttribute(t *testing.T) {
	t.Parallel()
	rows := map[string]map[string]bool{}
	resource := ""
	row := regexp.MustCompile("(?m)^\\| *(?:`(clouddesktop_\\w+)`)? *\\| ([^|]*) \\|")
	for _, match := range row.FindAllStringSubmatch(read(t, "../../templates/guides/drift.md.tmpl"), -1) {
		if match[1] != "" {
			resource, rows[match[1]] = match[1], map[string]bool{}
		}
		for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(match[2], -1) {
			if resource != "" {
				rows[resource][name[1]] = true
			}
		}
	}
	checked := 0
	for _, entry := range schemaEntries(t) {
		if entry.kind != "resource" {
			continue
		}
		names := []string{}
		for _, a := range entry.Attributes {
			names = append(names, a.Name)
		}
		for _, b := range entry.BlockTypes {
			names = append(names, b.TypeName)
		}
		for _, name := range names {
			checked++
			if !rows[entry.name][name] {
				t.Errorf("templates/guides/drift.md.tmpl has no row for %s of %s", name, entry.name)
			}
		}
	}
	if checked == 0 {
		t.Errorf("%d attributes checked", checked)
	}
}
