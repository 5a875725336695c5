package serve

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// jsonStateServer returns the states of ReadResource as JSON, the encoding of
// state files. Terraform (at least 1.11) also compares the precision of numbers
// in memory, which is different for numbers decoded from msgpack. Without this,
// a refresh-only plan with -detailed-exitcode reports a change for each
// resource with a number, but shows none.
type jsonStateServer struct {
	frameworkServer
}

func (s jsonStateServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := s.frameworkServer.ReadResource(ctx, req)
	if err == nil && resp.NewState != nil {
		resp.NewState = asJSON(resp.NewState)
	}
	return resp, err
}

// asJSON encodes a state as JSON. It does not change a state without numbers.
func asJSON(state *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	var value any
	if err := msgpack.Unmarshal(state.MsgPack, &value); err != nil || !hasNumber(value) {
		return state
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return state
	}
	return &tfprotov6.DynamicValue{JSON: encoded}
}

func hasNumber(value any) bool {
	switch value := value.(type) {
	case nil, bool, string:
		return false
	case map[string]any:
		for _, element := range value {
			if hasNumber(element) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(value, hasNumber)
	}
	return true
}
