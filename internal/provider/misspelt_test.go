package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// Terraform refuses an unknown argument of a block, but ignores an unknown key
// of a nested attribute. This test checks that a misspelt argument is an error
// in each block of each type.
func TestBlocks_refuseMisspeltArguments(t *testing.T) {
	t.Parallel()
	byKind := map[string][]schemaEntry{}
	for _, entry := range schemaEntries(t) {
		byKind[entry.kind] = append(byKind[entry.kind], entry)
	}
	for kind, tt := range map[string]struct {
		file  string
		since int
	}{
		"provider": {"main.tf", 0}, "resource": {"main.tf", 0}, "data": {"main.tf", 0}, "ephemeral": {"main.tf", 10},
		"list": {"main.tfquery.hcl", 14}, "action": {"main.tf", 14},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			acctest.RequireTerraform(t, tt.since)
			var config strings.Builder
			var misspelt []string
			for _, entry := range byKind[kind] {
				written, names := misspell(entry)
				config.WriteString(written)
				misspelt = append(misspelt, names...)
			}
			if len(misspelt) == 0 {
				t.Fatal("no type of this kind has a block")
			}
			cli := acctest.NewCLI(t)
			cli.Write("versions.tf", "terraform {\n  required_providers {\n    clouddesktop = { source = \"clouddesktop/clouddesktop\" }\n  }\n}\n")
			cli.MustRun("init")
			cli.Write(tt.file, config.String())
			args := []string{"validate", "-json"}
			if kind == "list" {
				args = append(args, "-query")
			}
			refused := refusals(t, cli.Run(args...).Stdout)
			for _, name := range misspelt {
				if !strings.Contains(refused, fmt.Sprintf("An argument named %q is not expected here.", name)) {
					t.Errorf("%s is accepted:\n%s", name, refused)
				}
			}
		})
	}
}

// misspell writes a block of the configuration in which every nested block has a
// misspelt argument, and returns the names of these arguments.
func misspell(entry schemaEntry) (config string, names []string) {
	var blocks strings.Builder
	for _, block := range entry.BlockTypes {
		name := strings.Join([]string{"misspelt", entry.kind, strings.TrimPrefix(entry.name, "clouddesktop_"), block.TypeName}, "_")
		names = append(names, name)
		fmt.Fprintf(&blocks, "  %s {\n    %s = \"x\"\n  }\n", block.TypeName, name)
	}
	switch entry.kind {
	case "provider":
		// Without a resource or data source, Terraform does not validate the
		// provider block.
		return fmt.Sprintf("provider %q {\n%s}\ndata \"clouddesktop_vnc_sessions\" \"any\" {}\n", entry.name, &blocks), names
	case "list":
		return fmt.Sprintf("list %q \"test\" {\n  provider = clouddesktop\n  config {\n%s  }\n}\n", entry.name, &blocks), names
	case "action":
		return fmt.Sprintf("action %q \"test\" {\n  config {\n%s  }\n}\n", entry.name, &blocks), names
	}
	return fmt.Sprintf("%s %q \"test\" {\n%s}\n", entry.kind, entry.name, &blocks), names
}

// refusals returns the details of all errors in the output of terraform
// validate.
func refusals(t *testing.T, output string) string {
	t.Helper()
	var result struct {
		Diagnostics []struct{ Severity, Detail string }
	}
	if err := json.Unmarshal([]byte(output), &result); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	var details []string
	for _, d := range result.Diagnostics {
		if d.Severity == "error" {
			details = append(details, d.Detail)
		}
	}
	return strings.Join(details, "\n")
}
