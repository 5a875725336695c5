package serve

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// storedNumbers answers what it read in JSON, as state files hold it. Terraform
// (seen in 1.11) compares the two down to the precision that its numbers have
// in memory, and those from the binary form have another: a refresh-only plan
// with -detailed-exitcode would report a change, and show none, for every
// resource with a number in it.
type storedNumbers struct {
	frameworkServer
}

func (s storedNumbers) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := s.frameworkServer.ReadResource(ctx, req)
	if err == nil && resp.NewState != nil {
		resp.NewState = withStoredNumbers(resp.NewState)
	}
	return resp, err
}

// withStoredNumbers leaves a state alone that has no number in it.
func withStoredNumbers(state *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
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
