package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// upgradeServer returns states of the current schema version unchanged.
// Terraform calls UpgradeResourceState for each state before it reads it. The
// framework would decode the state and encode it again, without attributes that
// are not in the schema.
type upgradeServer struct {
	frameworkServer
	schemas func() map[string]stateSchema
	shadow  bool
}

// stateSchema is the type and version of the states of a resource type.
type stateSchema struct {
	version int64
	typ     tftypes.Type
}

func newUpgradeServer(framework frameworkServer, p provider.Provider) upgradeServer {
	schemas := sync.OnceValue(func() map[string]stateSchema { return stateSchemas(context.Background(), p) })
	return upgradeServer{framework, schemas, shadowRequested()}
}

func stateSchemas(ctx context.Context, p provider.Provider) map[string]stateSchema {
	var named provider.MetadataResponse
	p.Metadata(ctx, provider.MetadataRequest{}, &named)
	schemas := map[string]stateSchema{}
	for _, construct := range p.Resources(ctx) {
		var metadata resource.MetadataResponse
		var schema resource.SchemaResponse
		construct().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: named.TypeName}, &metadata)
		construct().Schema(ctx, resource.SchemaRequest{}, &schema)
		schemas[metadata.TypeName] = stateSchema{schema.Schema.Version, schema.Schema.Type().TerraformType(ctx)}
	}
	return schemas
}

func (s upgradeServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	current := s.isCurrent(req)
	if current && !s.shadow {
		return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &tfprotov6.DynamicValue{JSON: req.RawState.JSON}}, nil
	}
	resp, err := s.frameworkServer.UpgradeResourceState(ctx, req)
	if current && err == nil {
		err = s.compare(req, resp)
	}
	return resp, err
}

// isCurrent reports whether the framework would return the same state.
func (s upgradeServer) isCurrent(req *tfprotov6.UpgradeResourceStateRequest) bool {
	schema, ok := s.schemas()[req.TypeName]
	if !ok || req.Version != schema.version || req.RawState == nil {
		return false
	}
	var state map[string]any
	decoder := json.NewDecoder(bytes.NewReader(req.RawState.JSON))
	decoder.UseNumber()
	return decoder.Decode(&state) == nil && state != nil && fits(state, schema.typ)
}

// fits reports whether a value has a type without conversion. It returns false
// for lists and fractions, which no state of this provider contains.
func fits(value any, typ tftypes.Type) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return typ.Is(tftypes.String)
	case bool:
		return typ.Is(tftypes.Bool)
	case json.Number:
		_, err := value.Int64()
		return err == nil && typ.Is(tftypes.Number)
	case map[string]any:
		object, ok := typ.(tftypes.Object)
		for name, field := range value {
			attribute, known := object.AttributeTypes[name]
			ok = ok && known && fits(field, attribute)
		}
		return ok
	}
	return false
}

// compare returns an error if the framework returned another state.
func (s upgradeServer) compare(req *tfprotov6.UpgradeResourceStateRequest, resp *tfprotov6.UpgradeResourceStateResponse) error {
	typ := s.schemas()[req.TypeName].typ
	short := tfprotov6.DynamicValue{JSON: req.RawState.JSON}
	if a, err := short.Unmarshal(typ); err == nil && len(resp.Diagnostics) == 0 && resp.UpgradedState != nil {
		if b, err := resp.UpgradedState.Unmarshal(typ); err == nil && a.Equal(b) {
			return nil
		}
	}
	return errors.New("the shortcut gives another UpgradedState than the framework; this is a bug in the provider")
}
