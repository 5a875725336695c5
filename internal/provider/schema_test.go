package provider_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/serve"
)

var update = flag.Bool("update", false, "write the golden files")

// schemaEntry is the schema of the provider or of one of its types.
type schemaEntry struct {
	kind, name string
	*tfprotov6.SchemaBlock
}

// attribute is an attribute of a schema at any depth.
type attribute struct {
	path string // Such as records[].sid, with the kind and the name of the schema as a prefix.
	*tfprotov6.SchemaAttribute
}

// inTimeouts reports whether the attribute belongs to a timeouts block, whose
// descriptions are from a library of the framework and have no Markdown.
func (a attribute) inTimeouts() bool {
	return strings.Contains(a.path, ".timeouts.")
}

func (e schemaEntry) attributes() []attribute {
	prefix := e.kind + " " + e.name + "."
	all := attributesBelow(prefix, e.Attributes)
	for _, b := range e.BlockTypes {
		all = append(all, attributesBelow(prefix+b.TypeName+".", b.Block.Attributes)...)
	}
	return all
}

func attributesBelow(prefix string, attributes []*tfprotov6.SchemaAttribute) []attribute {
	var all []attribute
	for _, a := range attributes {
		all = append(all, attribute{prefix + a.Name, a})
		if n := a.NestedType; n != nil {
			infix := "[]."
			if n.Nesting == tfprotov6.SchemaObjectNestingModeSingle {
				infix = "."
			}
			all = append(all, attributesBelow(prefix+a.Name+infix, n.Attributes)...)
		}
	}
	return all
}

// schemaEntries returns the schemas of the provider and all its types, without the
// identities.
func schemaEntries(t *testing.T) []schemaEntry {
	t.Helper()
	schemas, err := serve.Server(provider.New("test")()).GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatal(err, schemas.Diagnostics)
	}
	all := []schemaEntry{{"provider", "clouddesktop", schemas.Provider.Block}}
	add := func(kind string, types map[string]*tfprotov6.Schema) {
		if len(types) == 0 {
			t.Errorf("the provider has no %s", kind)
		}
		for _, name := range slices.Sorted(maps.Keys(types)) {
			all = append(all, schemaEntry{kind, name, types[name].Block})
		}
	}
	add("resource", schemas.ResourceSchemas)
	add("data", schemas.DataSourceSchemas)
	add("ephemeral", schemas.EphemeralResourceSchemas)
	add("list", schemas.ListResourceSchemas)
	actions := map[string]*tfprotov6.Schema{}
	for name, action := range schemas.ActionSchemas {
		actions[name] = action.Schema
	}
	add("action", actions)
	return all
}

func identities(t *testing.T) map[string]*tfprotov6.ResourceIdentitySchema {
	t.Helper()
	answer, err := serve.Server(provider.New("test")()).GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil || len(answer.Diagnostics) > 0 || len(answer.IdentitySchemas) == 0 {
		t.Fatal(err, answer)
	}
	return answer.IdentitySchemas
}

// sentences matches one line of sentences.
var sentences = regexp.MustCompile("^[A-Z`][^\n]*[^ ]\\.$")

func isText(s string) bool {
	return sentences.MatchString(s) && strings.Count(s, "`")%2 == 0 && !strings.Contains(s, "  ")
}

func TestSchema_descriptions(t *testing.T) {
	t.Parallel()
	for _, entry := range schemaEntries(t) {
		if !isText(entry.Description) || entry.DescriptionKind != tfprotov6.StringKindMarkdown {
			t.Errorf("%s %s has a description that is not a sentence in Markdown: %q", entry.kind, entry.name, entry.Description)
		}
		for _, a := range entry.attributes() {
			if !isText(a.Description) {
				t.Errorf("%s has a description that is not a sentence: %q", a.path, a.Description)
			}
			if a.DescriptionKind != tfprotov6.StringKindMarkdown && !a.inTimeouts() {
				t.Errorf("the description of %s is not Markdown", a.path)
			}
		}
	}
	for name, schema := range identities(t) {
		for _, a := range schema.IdentityAttributes {
			if !isText(a.Description) {
				t.Errorf("the identity of %s has a description that is not a sentence: %s: %q", name, a.Name, a.Description)
			}
		}
	}
}

// Names of secret strings, and exceptions that are not secret.
var (
	secretNames = regexp.MustCompile(`password|token|secret|_key$|^headers$`)
	publicNames = map[string]string{
		"password_recipient": "a public key",
		"encrypted_password": "encrypted to that key",
		"access_key":         "the ID of a key, which goes over the wire in clear",
	}
)

func isSecret(entry schemaEntry, a attribute) bool {
	if entry.kind != "provider" && (a.Name == "url" || strings.HasSuffix(a.Name, "_url")) {
		return true // It is a link to a console.
	}
	text := a.Type != nil && (a.Type.Is(tftypes.String) || a.Type.Is(tftypes.Map{}))
	return text && secretNames.MatchString(a.Name) && publicNames[a.Name] == ""
}

func TestSchema_secrets(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, entry := range schemaEntries(t) {
		sensitive := 0
		for _, a := range entry.attributes() {
			found[a.Name] = true
			if isSecret(entry, a) && !a.Sensitive && !a.WriteOnly {
				t.Errorf("%s is a secret that is neither sensitive nor write-only", a.path)
			}
			if publicNames[a.Name] != "" && a.Sensitive {
				t.Errorf("%s is sensitive, but it is %s", a.path, publicNames[a.Name])
			}
			if a.Sensitive {
				sensitive++
			}
		}
		// Terraform 1.11 compares the sensitive attributes of a resource in
		// random order. With two of them, some refresh-only plans report drift.
		if entry.kind == "resource" && sensitive > 1 {
			t.Errorf("%s has %d sensitive attributes, and only one does no harm", entry.name, sensitive)
		}
	}
	for name := range publicNames {
		if !found[name] {
			t.Errorf("no attribute is called %s", name)
		}
	}
}

func TestSchema_shape(t *testing.T) {
	t.Parallel()
	for _, entry := range schemaEntries(t) {
		for _, b := range entry.BlockTypes {
			if b.Nesting != tfprotov6.SchemaNestedBlockNestingModeSingle || len(b.Block.BlockTypes) > 0 {
				t.Errorf("the block %s of %s %s can be repeated or has blocks itself", b.TypeName, entry.kind, entry.name)
			}
		}
		for _, a := range entry.attributes() {
			isList := a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeList
			switch {
			case a.Name == "id" && !strings.Contains(a.path, "[]."):
				t.Errorf("%s repeats another attribute or makes a name up", a.path)
			case a.NestedType != nil && a.Computed && (!isList || a.Optional || a.Required):
				t.Errorf("%s is nested and computed, but no list that is computed alone", a.path)
			case a.NestedType != nil && !a.Computed:
				t.Errorf("%s is a nested attribute, in which Terraform ignores unknown arguments: make it a block", a.path)
			case a.NestedType == nil && a.Computed && !a.Type.Is(tftypes.String) && !a.Type.Is(tftypes.Number) && !a.Type.Is(tftypes.Bool):
				t.Errorf("%s is computed and no plain value", a.path)
			case a.WriteOnly && !a.Optional && !a.Required:
				t.Errorf("%s is write-only and nobody can write it", a.path)
			}
		}
	}
}

// A data source and an ephemeral resource with the same name have the same
// attributes.
func TestSchema_twoForms(t *testing.T) {
	t.Parallel()
	forms := map[string]map[string][]string{}
	for _, entry := range schemaEntries(t) {
		if entry.kind != "data" && entry.kind != "ephemeral" {
			continue
		}
		if forms[entry.name] == nil {
			forms[entry.name] = map[string][]string{}
		}
		for _, a := range entry.attributes() {
			if !a.inTimeouts() {
				a.path = strings.TrimPrefix(a.path, entry.kind)
				forms[entry.name][entry.kind] = append(forms[entry.name][entry.kind], line(a)+": "+a.Description)
			}
		}
	}
	for name, form := range forms {
		if len(form) == 1 {
			continue
		}
		if diff := cmp.Diff(form["data"], form["ephemeral"]); diff != "" {
			t.Errorf("%s differs as data source (-) and as ephemeral resource (+):\n%s", name, diff)
		}
	}
}

// The golden file contains the schemas that configurations depend on. A change
// that removes a line breaks existing configurations.
func TestSchema_golden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, entry := range schemaEntries(t) {
		for _, a := range entry.attributes() {
			fmt.Fprintln(&b, line(a))
		}
	}
	ids := identities(t)
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		for _, a := range ids[name].IdentityAttributes {
			fmt.Fprintf(&b, "identity %s.%s: %s%s\n", name, a.Name, typeName(a.Type),
				flags("required for import", a.RequiredForImport, "optional for import", a.OptionalForImport))
		}
	}
	file := filepath.Join("testdata", "schema.txt")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("the schemas are not those of %s; to accept the change, run this test with -update (-want +got):\n%s", file, diff)
	}
}

var nestings = map[tfprotov6.SchemaObjectNestingMode]string{
	tfprotov6.SchemaObjectNestingModeSingle: "Object",
	tfprotov6.SchemaObjectNestingModeList:   "List[Object]",
	tfprotov6.SchemaObjectNestingModeSet:    "Set[Object]",
	tfprotov6.SchemaObjectNestingModeMap:    "Map[Object]",
}

func line(a attribute) string {
	typ := ""
	if a.NestedType != nil {
		typ = nestings[a.NestedType.Nesting]
	} else {
		typ = typeName(a.Type)
	}
	return a.path + ": " + typ + flags("required", a.Required, "optional", a.Optional, "computed", a.Computed,
		"sensitive", a.Sensitive, "write-only", a.WriteOnly, "deprecated", a.Deprecated)
}

func typeName(t tftypes.Type) string { return strings.ReplaceAll(t.String(), "tftypes.", "") }

// flags returns the names that are followed by true.
func flags(pairs ...any) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == true {
			fmt.Fprintf(&b, ", %s", pairs[i])
		}
	}
	return b.String()
}
