package desktop_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestDesktopPolicy_identity(t *testing.T) {
	t.Parallel()
	const policy = "clouddesktop_desktop_policy"
	byService := desktoptest.Start(t)
	byDesktop := desktoptest.Start(t, desktoptest.WithPolicyPerDesktop())
	uuid := byDesktop.AddDesktop("dev_01", "win10")
	for name, tc := range map[string]struct {
		server   *desktoptest.Server
		provider object
		scope    string
		state    object
	}{
		"of the service": {byService, nil, "service", object{"deletion_policy": "reset"}},
		"of a desktop": {
			byDesktop,
			object{"policy_scope": "desktop"},
			uuid,
			object{"deletion_policy": "reset", "desktop_uuid": uuid},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t, tc.server, tc.provider)
			want := imported{tc.state, object{"scope": tc.scope}}
			config := maps.Clone(tc.state)
			config["usb_enable"] = true
			created := p.apply(policy, nil, config)
			config["usb_enable"] = false
			updated := newProtocol(t, tc.server, tc.provider).apply(policy, created, config)
			for how, resp := range map[string]*tfprotov6.ApplyResourceChangeResponse{"create": created, "update": updated} {
				if diff := cmp.Diff(want.Identity, p.identity(policy, resp.NewIdentity)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", how, diff)
				}
			}
			for how, req := range map[string]*tfprotov6.ImportResourceStateRequest{
				"id":       {ID: tc.scope},
				"identity": {Identity: &tfprotov6.ResourceIdentityData{IdentityData: p.encode(p.identities[policy].ValueType(), want.Identity)}},
			} {
				if diff := cmp.Diff(want, p.importAndRead(policy, req)); diff != "" {
					t.Errorf("by %s (-want +got):\n%s", how, diff)
				}
			}
		})
	}
}
