package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// unchangedPlanner is a provider that can plan unchanged objects.
type unchangedPlanner interface {
	// PlanUnchanged plans an object whose prior and proposed state are equal, and
	// changes its private state. It returns false if the framework must plan.
	PlanUnchanged(typeName string, config, state map[string]any, private map[string][]byte) bool
}

// unchangedServer plans unchanged objects without the framework. The framework
// would take half of the provider's CPU time in such a plan.
//
// If prior and proposed state are equal, the framework changes the plan in two
// places only: it sets defaults, and it calls ModifyPlan. (It marks computed
// attributes as unknown only if something else changes.) PlanUnchanged covers
// both, and returns false in all other cases.
type unchangedServer struct {
	frameworkServer
	planner unchangedPlanner
	shadow  bool
}

func (s unchangedServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	short := s.planUnchanged(req)
	if short != nil && !s.shadow {
		return short, nil
	}
	resp, err := s.frameworkServer.PlanResourceChange(ctx, req)
	if short != nil && err == nil {
		err = compare(short, resp)
	}
	return resp, err
}

// planUnchanged returns nil if the framework must plan.
func (s unchangedServer) planUnchanged(req *tfprotov6.PlanResourceChangeRequest) *tfprotov6.PlanResourceChangeResponse {
	if req.PriorState == nil || req.ProposedNewState == nil || !bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) {
		return nil
	}
	config, state := decodeObject(req.Config), decodeObject(req.PriorState)
	private, ok := decodePrivate(req.PriorPrivate)
	if config == nil || state == nil || !ok || !s.planner.PlanUnchanged(req.TypeName, config, state, private) {
		return nil
	}
	plannedPrivate, err := json.Marshal(private)
	if err != nil {
		return nil
	}
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState:    req.ProposedNewState,
		PlannedPrivate:  plannedPrivate,
		PlannedIdentity: plannedIdentity(req.PriorIdentity),
	}
}

// decodeObject returns nil for null, and for an object with an unknown value.
func decodeObject(value *tfprotov6.DynamicValue) map[string]any {
	var object map[string]any
	if value == nil || msgpack.Unmarshal(value.MsgPack, &object) != nil {
		return nil
	}
	return object
}

// decodePrivate decodes a private state in the encoding of the framework.
func decodePrivate(encoded []byte) (private map[string][]byte, ok bool) {
	private = map[string][]byte{}
	if len(encoded) > 0 && json.Unmarshal(encoded, &private) != nil {
		return nil, false
	}
	for _, value := range private {
		if !utf8.Valid(value) || !json.Valid(value) {
			return nil, false
		}
	}
	return private, private != nil
}

// plannedIdentity returns the prior identity. Terraform before 1.12 sends none,
// and the framework then answers with null.
func plannedIdentity(prior *tfprotov6.ResourceIdentityData) *tfprotov6.ResourceIdentityData {
	if prior == nil || prior.IdentityData == nil {
		return &tfprotov6.ResourceIdentityData{IdentityData: &tfprotov6.DynamicValue{MsgPack: []byte{0xc0}}}
	}
	return prior
}
