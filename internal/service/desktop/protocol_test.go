package desktop_test

import (
	"maps"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// protocol is the protocol server of the provider, with lists, actions and
// identities.
type protocol struct {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer

	t          *testing.T
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema
}

// object is a value of a configuration, a state or an identity. Missing
// attributes are null.
type object map[string]any

// newProtocol returns the protocol server of the provider, configured for a fake.
func newProtocol(t *testing.T, server *desktoptest.Server, more object) *protocol {
	t.Helper()
	provider, err := acctest.ProvidersOf(t)["clouddesktop"]()
	if err != nil {
		t.Fatal(err)
	}
	p := &protocol{t: t, ProviderServer: provider}
	p.ListResourceServer, _ = provider.(tfprotov6.ListResourceServer)
	p.ActionServer, _ = provider.(tfprotov6.ActionServer)
	if p.ListResourceServer == nil || p.ActionServer == nil {
		t.Fatal("the provider offers no lists or no actions")
	}
	if p.schemas, err = p.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	identities, err := p.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	p.identities = identities.IdentitySchemas
	desktop := object{"endpoint": server.URL}
	maps.Copy(desktop, more)
	resp, err := p.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: p.encode(p.schemas.Provider.ValueType(), object{"desktop": desktop, "callback": object{"inbox": filepath.Join(t.TempDir(), "inbox"), "scope": "test"}}),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(err, resp)
	}
	return p
}

func (p *protocol) encode(typ tftypes.Type, value any) *tfprotov6.DynamicValue {
	p.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(typ, toTerraform(typ, value))
	if err != nil {
		p.t.Fatal(err)
	}
	return &encoded
}

func toTerraform(typ tftypes.Type, value any) tftypes.Value {
	if texts, ok := value.([]string); ok {
		var elements []tftypes.Value
		for _, text := range texts {
			elements = append(elements, tftypes.NewValue(tftypes.String, text))
		}
		return tftypes.NewValue(typ, elements)
	}
	attributes, ok := value.(object)
	if !ok {
		return tftypes.NewValue(typ, value)
	}
	fields := map[string]tftypes.Value{}
	for name, fieldType := range typ.(tftypes.Object).AttributeTypes {
		fields[name] = toTerraform(fieldType, attributes[name])
	}
	return tftypes.NewValue(typ, fields)
}

// decode returns the values of an object, which are strings and booleans,
// without nulls.
func (p *protocol) decode(typ tftypes.Type, value *tfprotov6.DynamicValue) object {
	p.t.Helper()
	decoded, err := value.Unmarshal(typ)
	if err != nil {
		p.t.Fatal(err)
	}
	var fields map[string]tftypes.Value
	if err := decoded.As(&fields); err != nil {
		p.t.Fatal(err)
	}
	known := object{}
	for name, field := range fields {
		switch {
		case field.IsNull():
		case field.Type().Is(tftypes.String):
			var text string
			err = field.As(&text)
			known[name] = text
		case field.Type().Is(tftypes.Bool):
			var truth bool
			err = field.As(&truth)
			known[name] = truth
		default:
			p.t.Fatalf("%s is neither string nor boolean", name)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	return known
}

func (p *protocol) resourceType(name string) tftypes.Type {
	return p.schemas.ResourceSchemas[name].ValueType()
}

func (p *protocol) identity(resource string, data *tfprotov6.ResourceIdentityData) object {
	p.t.Helper()
	if data == nil {
		p.t.Fatal("there is no identity")
	}
	return p.decode(p.identities[resource].ValueType(), data.IdentityData)
}

// imported is a resource after its import and refresh.
type imported struct{ State, Identity object }

func (p *protocol) importAndRead(resource string, req *tfprotov6.ImportResourceStateRequest) imported {
	p.t.Helper()
	req.TypeName = resource
	resp, err := p.ImportResourceState(p.t.Context(), req)
	if err != nil || len(resp.Diagnostics) > 0 {
		p.t.Fatal(err, resp)
	}
	found := resp.ImportedResources[0]
	read, err := p.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: resource, CurrentState: found.State, CurrentIdentity: found.Identity, Private: found.Private,
	})
	if err != nil || len(read.Diagnostics) > 0 {
		p.t.Fatal(err, read)
	}
	return imported{p.decode(p.resourceType(resource), read.NewState), p.identity(resource, read.NewIdentity)}
}
