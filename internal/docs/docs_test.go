package docs_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/docs"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
)

// Schemas returns the same schemas as the installed Terraform prints, for the
// kinds of types that this Terraform supports.
func TestSchemas_sameAsTerraform(t *testing.T) {
	acctest.RequireTerraform(t, 11) // Older versions do not print write_only.
	t.Parallel()
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", `terraform {
  required_providers {
    clouddesktop = { source = "clouddesktop/clouddesktop" }
  }
}`)
	cli.MustRun("init")
	var printed struct {
		Schemas map[string]map[string]any `json:"provider_schemas"`
	}
	unmarshal(t, []byte(cli.MustRun("providers", "schema", "-json").Stdout), &printed)
	want := printed.Schemas[acctest.CLIVersion(t).Registry()+"/clouddesktop/clouddesktop"]
	for _, kind := range []string{"provider", "resource_schemas"} {
		if want[kind] == nil {
			t.Errorf("Terraform prints no %s", kind)
		}
	}

	got := schemas(t, providerserver.NewProtocol6(provider.New("test")())())
	for kind := range got {
		if want[kind] == nil {
			delete(got, kind) // This Terraform does not support the kind.
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Terraform prints (-) and Schemas returns (+):\n%s", diff)
	}
}

// server implements the two calls that Schemas makes.
type server struct {
	tfprotov6.ProviderServer
	schemas    tfprotov6.GetProviderSchemaResponse
	identities tfprotov6.GetResourceIdentitySchemasResponse
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &s.schemas, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &s.identities, nil
}

// The kinds and types that older Terraform versions or this provider do not
// have.
func TestSchemas_everyKind(t *testing.T) {
	t.Parallel()
	attributes := []*tfprotov6.SchemaAttribute{
		{Name: "secret", Type: tftypes.String, Optional: true, WriteOnly: true, Sensitive: true, Deprecated: true, Description: "A *secret*.", DescriptionKind: tfprotov6.StringKindMarkdown},
		{Name: "tuple", Type: tftypes.Tuple{ElementTypes: []tftypes.Type{tftypes.Bool, tftypes.DynamicPseudoType}}, Computed: true},
		{Name: "nested", Required: true, NestedType: &tfprotov6.SchemaObject{
			Nesting:    tfprotov6.SchemaObjectNestingModeMap,
			Attributes: []*tfprotov6.SchemaAttribute{{Name: "set", Type: tftypes.Set{ElementType: tftypes.Number}, Optional: true}},
		}},
	}
	schema := &tfprotov6.Schema{Version: 2, Block: &tfprotov6.SchemaBlock{
		Attributes: attributes,
		BlockTypes: []*tfprotov6.SchemaNestedBlock{{TypeName: "timeouts", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, MaxItems: 1, Block: &tfprotov6.SchemaBlock{Deprecated: true}}},
	}}
	got := schemas(t, &server{
		schemas: tfprotov6.GetProviderSchemaResponse{
			Provider:                 &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}},
			EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"x_ephemeral": {Block: &tfprotov6.SchemaBlock{}}},
			ListResourceSchemas:      map[string]*tfprotov6.Schema{"x_list": schema},
			ActionSchemas:            map[string]*tfprotov6.ActionSchema{"x_action": {Schema: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Description: "Acts."}}}},
		},
		identities: tfprotov6.GetResourceIdentitySchemasResponse{IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{
			"x_resource": {Version: 3, IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
				{Name: "uuid", Type: tftypes.String, RequiredForImport: true, Description: "Its uuid."},
				{Name: "size", Type: tftypes.Number, OptionalForImport: true},
			}},
		}},
	})
	var want map[string]any
	unmarshal(t, []byte(`{
		"provider": {"version": 0, "block": {"description_kind": "plain"}},
		"ephemeral_resource_schemas": {"x_ephemeral": {"version": 0, "block": {"description_kind": "plain"}}},
		"list_resource_schemas": {"x_list": {"version": 2, "block": {
			"attributes": {
				"secret": {"type": "string", "description": "A *secret*.", "description_kind": "markdown", "deprecated": true, "optional": true, "sensitive": true, "write_only": true},
				"tuple": {"type": ["tuple", ["bool", "dynamic"]], "description_kind": "plain", "computed": true},
				"nested": {"nested_type": {"attributes": {"set": {"type": ["set", "number"], "description_kind": "plain", "optional": true}}, "nesting_mode": "map"}, "description_kind": "plain", "required": true}
			},
			"block_types": {"timeouts": {"nesting_mode": "list", "max_items": 1, "block": {"description_kind": "plain", "deprecated": true}}},
			"description_kind": "plain"
		}}},
		"action_schemas": {"x_action": {"block": {"description": "Acts.", "description_kind": "plain"}}},
		"resource_identity_schemas": {"x_resource": {"version": 3, "attributes": {
			"uuid": {"type": "string", "description": "Its uuid.", "required_for_import": true},
			"size": {"type": "number", "optional_for_import": true}
		}}}
	}`), &want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schemas (-want +got):\n%s", diff)
	}
}

func TestSchemas_diagnostics(t *testing.T) {
	t.Parallel()
	broken := []*tfprotov6.Diagnostic{
		{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Odd"},
		{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Invalid schema", Detail: "No type."},
	}
	for name, s := range map[string]*server{
		"schemas":    {schemas: tfprotov6.GetProviderSchemaResponse{Diagnostics: broken}},
		"identities": {identities: tfprotov6.GetResourceIdentitySchemasResponse{Diagnostics: broken}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := docs.Schemas(t.Context(), s)
			if err == nil || err.Error() != "Invalid schema: No type." {
				t.Errorf("got error %v", err)
			}
		})
	}
}

func schemas(t *testing.T, s tfprotov6.ProviderServer) map[string]any {
	t.Helper()
	converted, err := docs.Schemas(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(converted)
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	unmarshal(t, encoded, &decoded)
	return decoded
}

func unmarshal(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}
