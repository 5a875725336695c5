package provider_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
)

var code = regexp.MustCompile("`([a-z_]+)`")

// The guide on drift says for each attribute of each resource whether Terraform
// detects an out-of-band change.
func TestDriftGuide_namesEveryAttribute(t *testing.T) {
	t.Parallel()
	named := map[string][]string{}
	current := ""
	for line := range strings.Lines(read(t, "../../templates/guides/drift.md.tmpl")) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			current = "" // The end of a table.
			continue
		}
		if name := code.FindStringSubmatch(cells[1]); name != nil {
			current = name[1]
		}
		for _, attribute := range code.FindAllStringSubmatch(cells[2], -1) {
			named[current] = append(named[current], attribute[1])
		}
	}
	ctx := t.Context()
	for _, constructor := range provider.New("test")().Resources(ctx) {
		var metadata resource.MetadataResponse
		constructor().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "clouddesktop"}, &metadata)
		var schema resource.SchemaResponse
		constructor().Schema(ctx, resource.SchemaRequest{}, &schema)
		names := []string{}
		for name := range schema.Schema.Attributes {
			names = append(names, name)
		}
		for name := range schema.Schema.Blocks {
			names = append(names, name)
		}
		for _, name := range names {
			if !slices.Contains(named[metadata.TypeName], name) {
				t.Errorf("the guide on drift has no row for %s of %s", name, metadata.TypeName)
			}
		}
		for _, name := range named[metadata.TypeName] {
			if !slices.Contains(names, name) {
				t.Errorf("the guide on drift has a row for %s, which %s does not have", name, metadata.TypeName)
			}
		}
	}
}
