package provider_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/msgpack"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/docs"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/serve"
)

// Lists and actions need Terraform 1.14, and a plan does not read queries. So
// this test parses their examples like Terraform 1.14, and validates them with
// the provider.
func TestExamples_newest(t *testing.T) {
	t.Parallel()
	server := serve.Server(provider.New("test")())
	actions, _ := server.(tfprotov6.ActionServer)
	lists, _ := server.(tfprotov6.ListResourceServer)
	if actions == nil || lists == nil {
		t.Fatal("the provider offers no actions or no lists")
	}
	schemas, err := docs.Schemas(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	files := slices.Concat(
		glob(t, "actions", "*", "*.tf"), glob(t, "list-resources", "*", "*.tfquery.hcl"), glob(t, "guides", "*", "*.tfquery.hcl"),
	)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			checked := 0
			for _, block := range parse(t, file).Blocks {
				switch block.Type {
				case "action":
					name, config := block.Labels[0], decode(t, block, schemas.ActionSchemas[block.Labels[0]].Block)
					accepted(t, func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
						resp, err := actions.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config})
						return resp.Diagnostics, err
					})
				case "list":
					name, config := block.Labels[0], decode(t, block, schemas.ListResourceSchemas[block.Labels[0]].Block)
					accepted(t, func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
						resp, err := lists.ValidateListResourceConfig(ctx, &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config})
						return resp.Diagnostics, err
					})
				default:
					continue
				}
				checked++
			}
			if checked == 0 {
				t.Error("it holds no list and no action")
			}
		})
	}
}

func accepted(t *testing.T, validate func(context.Context) ([]*tfprotov6.Diagnostic, error)) {
	t.Helper()
	diags, err := validate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diags {
		t.Errorf("%s: %s", d.Summary, d.Detail)
	}
}

func parse(t *testing.T, file string) *hclsyntax.Body {
	t.Helper()
	parsed, diags := hclparse.NewParser().ParseHCLFile(file)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return parsed.Body.(*hclsyntax.Body)
}

// decode evaluates the config block of a list or an action. The variables of the
// module are unknown, as they are to Terraform when it validates.
func decode(t *testing.T, block *hclsyntax.Block, schema *tfjson.SchemaBlock) *tfprotov6.DynamicValue {
	t.Helper()
	spec := specOf(schema)
	// A list without a config block has an empty one.
	config := hcldec.DefaultSpec{
		Primary: &hcldec.BlockSpec{TypeName: "config", Nested: spec},
		Default: &hcldec.LiteralSpec{Value: unset(spec)},
	}
	value, _, diags := hcldec.PartialDecode(block.Body, &config, &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.DynamicVal}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	encoded, err := msgpack.Marshal(value, hcldec.ImpliedType(spec))
	if err != nil {
		t.Fatal(err)
	}
	return &tfprotov6.DynamicValue{MsgPack: encoded}
}

func unset(spec hcldec.ObjectSpec) cty.Value {
	values := map[string]cty.Value{}
	for name, t := range hcldec.ImpliedType(spec).AttributeTypes() {
		values[name] = cty.NullVal(t)
	}
	return cty.ObjectVal(values)
}

func specOf(schema *tfjson.SchemaBlock) hcldec.ObjectSpec {
	spec := hcldec.ObjectSpec{}
	for name, a := range schema.Attributes {
		spec[name] = &hcldec.AttrSpec{Name: name, Type: a.AttributeType, Required: a.Required}
	}
	for name, b := range schema.NestedBlocks {
		spec[name] = &hcldec.BlockSpec{TypeName: name, Nested: specOf(b.Block)}
	}
	return spec
}
