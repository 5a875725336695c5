package serve

import (
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	clouddesktop "github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
)

const desktopType = "clouddesktop_desktop"

// object is a value of a configuration or a state. Missing attributes are null.
type object map[string]any

// plans is a provider that plans desktops with the shortcut and with the
// framework.
type plans struct {
	unchangedServer
	t        *testing.T
	provider provider.Provider
	schemas  *tfprotov6.GetProviderSchemaResponse
}

// newPlans returns a provider that is not configured.
func newPlans(t *testing.T) *plans {
	t.Helper()
	p := clouddesktop.New("test", func(env *clients.Env) { env.Getenv = func(string) string { return "" } })()
	t.Cleanup(func() {
		if err := closeProvider(p); err != nil {
			t.Error(err)
		}
	})
	server, ok := Server(p).(unchangedServer)
	if !ok {
		t.Fatal("the provider has no shortcut")
	}
	server.shadow = true
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &plans{server, t, p, schemas}
}

// configure configures the provider, with the inbox in dir.
func (p *plans) configure(dir string, desktop object) *plans {
	p.t.Helper()
	config := object{"callback": object{"inbox": filepath.Join(dir, "inbox"), "scope": "test"}}
	if desktop != nil {
		config["desktop"] = desktop
	}
	resp, err := p.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: p.encode(p.schemas.Provider.ValueType(), config),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		p.t.Fatal(err, resp.Diagnostics[0])
	}
	return p
}

func (p *plans) encode(typ tftypes.Type, value any) *tfprotov6.DynamicValue {
	p.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(typ, toTerraform(typ, value))
	if err != nil {
		p.t.Fatal(err)
	}
	return &encoded
}

func toTerraform(typ tftypes.Type, value any) tftypes.Value {
	switch value := value.(type) {
	case object:
		fields := map[string]tftypes.Value{}
		for name, fieldType := range typ.(tftypes.Object).AttributeTypes {
			fields[name] = toTerraform(fieldType, value[name])
		}
		return tftypes.NewValue(typ, fields)
	case []string:
		var elements []tftypes.Value
		for _, text := range value {
			elements = append(elements, tftypes.NewValue(tftypes.String, text))
		}
		return tftypes.NewValue(typ, elements)
	}
	return tftypes.NewValue(typ, value)
}

// propose returns the proposed state like Terraform: computed attributes that
// are not configured keep their prior values.
func (p *plans) propose(config, prior object) object {
	proposed := object{"timeouts": config["timeouts"]}
	for _, a := range p.schemas.ResourceSchemas[desktopType].Block.Attributes {
		if proposed[a.Name] = config[a.Name]; a.Computed && config[a.Name] == nil {
			proposed[a.Name] = prior[a.Name]
		}
	}
	return proposed
}

// request returns the first call for the plan of an existing desktop.
func (p *plans) request(config, prior object) *tfprotov6.PlanResourceChangeRequest {
	p.t.Helper()
	typ := p.schemas.ResourceSchemas[desktopType].ValueType()
	return &tfprotov6.PlanResourceChangeRequest{
		TypeName: desktopType, Config: p.encode(typ, config),
		PriorState: p.encode(typ, prior), ProposedNewState: p.encode(typ, p.propose(config, prior)),
	}
}

// compare plans with the shortcut and the framework. It reports whether there is
// a shortcut, and returns the answer of the framework.
func (p *plans) compare(name string, req *tfprotov6.PlanResourceChangeRequest) (short bool, full *tfprotov6.PlanResourceChangeResponse) {
	p.t.Helper()
	short = p.planUnchanged(req) != nil
	full, err := p.PlanResourceChange(p.t.Context(), req)
	if err != nil {
		p.t.Errorf("%s: %v", name, err)
	}
	return short, full
}
