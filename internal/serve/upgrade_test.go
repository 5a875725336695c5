package serve

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

func TestUpgrade_onlyStatesOfTheCurrentSchema(t *testing.T) {
	t.Parallel()
	const policy, password = "clouddesktop_desktop_policy", "clouddesktop_user_password"
	for name, test := range map[string]struct {
		typ     string
		version int64
		state   string
		current bool
	}{
		"a desktop": {desktopType, 0, `{"cpu":4,"deletion_policy":"abandon","desktop_name":null,"desktop_uuid":"u","disk_gib":null,"encrypted_password":null,
			"memory_mib":8192,"os":"win10","password":"<&>é","password_recipient":null,"password_wo":null,"password_wo_version":null,
			"timeouts":{"create":"45m","delete":null,"read":null,"update":null},"user_group":null,"username":"dev_01"}`, true},
		"a policy":               {policy, 0, `{"usb_enable":true,"data_access":false,"timeouts":null}`, true},
		"a password":             {password, 0, `{"username":"dev_01","password_wo_version":3}`, true},
		"a large number":         {desktopType, 0, `{"cpu":9007199254740993}`, true},
		"missing attributes":     {desktopType, 0, `{}`, true},
		"a removed attribute":    {desktopType, 0, `{"os":"win10","size":1}`, false},
		"one in a block":         {desktopType, 0, `{"timeouts":{"create":"45m","refresh":"1m"}}`, false},
		"a number as text":       {desktopType, 0, `{"cpu":"4"}`, false},
		"text as a number":       {desktopType, 0, `{"os":10}`, false},
		"a boolean as text":      {policy, 0, `{"usb_enable":"true"}`, false},
		"a boolean in a text":    {desktopType, 0, `{"os":true}`, false},
		"a fraction":             {desktopType, 0, `{"cpu":0.5}`, false},
		"a number of 30 digits":  {desktopType, 0, `{"cpu":123456789012345678901234567890}`, false},
		"a list":                 {desktopType, 0, `{"timeouts":[]}`, false},
		"an object in a text":    {desktopType, 0, `{"os":{}}`, false},
		"null":                   {desktopType, 0, `null`, false},
		"another kind of value":  {desktopType, 0, `"x"`, false},
		"no state":               {desktopType, 0, ``, false},
		"an earlier version":     {desktopType, -1, `{"os":"win10"}`, false},
		"a later version":        {desktopType, 1, `{"os":"win10"}`, false},
		"a type of another name": {"clouddesktop_disk", 0, `{"os":"win10"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlans(t)
			upgrades := newUpgradeServer(p, p.provider)
			upgrades.shadow = true
			req := &tfprotov6.UpgradeResourceStateRequest{
				TypeName: test.typ, Version: test.version, RawState: &tfprotov6.RawState{JSON: []byte(test.state)},
			}
			if got := upgrades.isCurrent(req); got != test.current {
				t.Errorf("shortcut: %v, want %v", got, test.current)
			}
			if _, err := upgrades.UpgradeResourceState(t.Context(), req); err != nil {
				t.Error(err)
			}
			upgrades.shadow = false
			if resp, err := upgrades.UpgradeResourceState(t.Context(), req); err != nil || (resp.UpgradedState != nil && resp.UpgradedState.JSON != nil) != test.current {
				t.Errorf("answer: %+v, %v", resp, err)
			}
		})
	}
}

// A difference must be an error.
func TestUpgrade_shadowDetectsDifferences(t *testing.T) {
	t.Parallel()
	p := newPlans(t)
	req := &tfprotov6.UpgradeResourceStateRequest{TypeName: desktopType, RawState: &tfprotov6.RawState{JSON: []byte(`{"os":"win10"}`)}}
	other := &tfprotov6.UpgradeResourceStateRequest{TypeName: desktopType, RawState: &tfprotov6.RawState{JSON: []byte(`{"os":"win7"}`)}}
	upgrades := newUpgradeServer(p, p.provider)
	resp, err := p.UpgradeResourceState(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if err := upgrades.compare(req, resp); err == nil {
		t.Error("another state is accepted")
	}
}
