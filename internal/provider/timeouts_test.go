package provider_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
)

// timeoutsBlocks returns the timeouts blocks of all types of all kinds.
func timeoutsBlocks(t *testing.T) (blocks []any) {
	t.Helper()
	p := provider.New("test")()
	ctx := t.Context()
	for _, constructor := range p.Resources(ctx) {
		var resp resource.SchemaResponse
		constructor().Schema(ctx, resource.SchemaRequest{}, &resp)
		blocks = append(blocks, resp.Schema.Blocks["timeouts"])
	}
	for _, constructor := range p.DataSources(ctx) {
		var resp datasource.SchemaResponse
		constructor().Schema(ctx, datasource.SchemaRequest{}, &resp)
		blocks = append(blocks, resp.Schema.Blocks["timeouts"])
	}
	for _, constructor := range p.(frameworkprovider.ProviderWithEphemeralResources).EphemeralResources(ctx) {
		var resp ephemeral.SchemaResponse
		constructor().Schema(ctx, ephemeral.SchemaRequest{}, &resp)
		blocks = append(blocks, resp.Schema.Blocks["timeouts"])
	}
	for _, constructor := range p.(frameworkprovider.ProviderWithListResources).ListResources(ctx) {
		var resp list.ListResourceSchemaResponse
		constructor().ListResourceConfigSchema(ctx, list.ListResourceSchemaRequest{}, &resp)
		blocks = append(blocks, resp.Schema.Blocks["timeouts"])
	}
	for _, constructor := range p.(frameworkprovider.ProviderWithActions).Actions(ctx) {
		var resp action.SchemaResponse
		constructor().Schema(ctx, action.SchemaRequest{}, &resp)
		blocks = append(blocks, resp.Schema.Blocks["timeouts"])
	}
	return blocks
}

func TestTimeouts_mustBeLongerThanZero(t *testing.T) {
	t.Parallel()
	blocks := timeoutsBlocks(t)
	if len(blocks) < 12 {
		t.Fatalf("%d timeouts blocks", len(blocks))
	}
	for _, block := range blocks {
		validators, ok := reflect.TypeAssert[[]validator.Object](reflect.ValueOf(block).FieldByName("Validators"))
		if !ok || len(validators) == 0 {
			t.Fatalf("a %T has no validators", block)
		}
		for value, want := range map[string]string{"5m": "", "soon": "", "0s": "Write a duration such as 5m.", "-5m": `create is "-5m", but a timeout must be longer than zero`} {
			var resp validator.ObjectResponse
			for _, v := range validators {
				v.ValidateObject(t.Context(), validator.ObjectRequest{
					Path: path.Root("timeouts"),
					ConfigValue: types.ObjectValueMust(map[string]attr.Type{"create": types.StringType, "read": types.StringType},
						map[string]attr.Value{"create": types.StringValue(value), "read": types.StringUnknown()}),
				}, &resp)
			}
			if got := len(resp.Diagnostics); (got == 1) != (want != "") || got == 1 && !strings.Contains(resp.Diagnostics[0].Detail(), want) {
				t.Errorf("%T with %q: %v", block, value, resp.Diagnostics)
			}
		}
	}
}
