package desktop_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// apply plans and applies a configuration of a resource. It is an update of
// prior, unless prior is nil.
func (p *protocol) apply(resource string, prior *tfprotov6.ApplyResourceChangeResponse, config object) *tfprotov6.ApplyResourceChangeResponse {
	p.t.Helper()
	typ := p.resourceType(resource)
	if prior == nil {
		prior = &tfprotov6.ApplyResourceChangeResponse{NewState: p.encode(typ, nil)}
	}
	// Terraform proposes the configuration, with the prior values of computed
	// attributes that are not configured.
	proposed := config
	if prior.NewIdentity != nil {
		proposed = p.decode(typ, prior.NewState)
		maps.Copy(proposed, config)
	}
	plan, err := p.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: resource, PriorState: prior.NewState, ProposedNewState: p.encode(typ, proposed), Config: p.encode(typ, config),
		PriorPrivate: prior.Private, PriorIdentity: prior.NewIdentity,
	})
	if err != nil || len(plan.Diagnostics) > 0 {
		p.t.Fatal(err, plan)
	}
	resp, err := p.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: resource, PriorState: prior.NewState, PlannedState: plan.PlannedState, Config: p.encode(typ, config),
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		p.t.Fatal(err, resp)
	}
	return resp
}

func TestDesktop_identityOfCreateReadUpdate(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	p := newProtocol(t, server, nil)
	created := p.apply(desktopType, nil, object{"user_group": "dev", "os": "win10", "deletion_policy": "abandon"})
	want := object{"username": "dev_01", "desktop_uuid": server.Desktops()[0].UUID}
	if diff := cmp.Diff(want, p.identity(desktopType, created.NewIdentity)); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	updated := p.apply(desktopType, created, object{"user_group": "dev", "os": "win10", "deletion_policy": "revoke"})
	if diff := cmp.Diff(want, p.identity(desktopType, updated.NewIdentity)); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: desktopType, CurrentState: updated.NewState, CurrentIdentity: updated.NewIdentity, Private: updated.Private,
	})
	if err != nil || len(read.Diagnostics) > 0 {
		t.Fatal(err, read)
	}
	if diff := cmp.Diff(want, p.identity(desktopType, read.NewIdentity)); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestDesktop_importByIdentity(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	uuid := server.AddDesktop("grüße/ops_01", "win10")
	p := newProtocol(t, server, nil)
	want := imported{
		State: object{
			"username": "grüße/ops_01", "desktop_uuid": uuid,
			"desktop_name": server.Desktops()[0].Name, "deletion_policy": "abandon",
		},
		Identity: object{"username": "grüße/ops_01", "desktop_uuid": uuid},
	}
	for how, req := range map[string]*tfprotov6.ImportResourceStateRequest{
		"id":       {ID: "grüße/ops_01/" + uuid},
		"identity": {Identity: &tfprotov6.ResourceIdentityData{IdentityData: p.encode(p.identities[desktopType].ValueType(), want.Identity)}},
	} {
		server.ResetRequests()
		if diff := cmp.Diff(want, newProtocol(t, server, nil).importAndRead(desktopType, req)); diff != "" {
			t.Errorf("by %s (-want +got):\n%s", how, diff)
		}
		if n := len(server.Requests(desktoptest.UserDesktops)); n != 1 {
			t.Errorf("by %s: %d requests for the desktops of one user, want 1", how, n)
		}
	}
}
