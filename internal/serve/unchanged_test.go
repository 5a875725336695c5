package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

// desktops returns configurations of desktops with their states.
func desktops(user, uuid string) map[string]struct{ config, state object } {
	all := map[string]struct{ config, state object }{}
	for name, config := range map[string]object{
		"group":      {"user_group": "dev", "os": "win10"},
		"user":       {"username": user, "os": "kylin", "cpu": 4, "memory_mib": 8192, "disk_gib": 100},
		"timeouts":   {"username": user, "os": "win7", "timeouts": object{"create": "45m", "delete": "1m"}},
		"prevent":    {"user_group": "dev", "os": "win10", "deletion_policy": "prevent"},
		"revoke":     {"user_group": "dev", "os": "win10", "deletion_policy": "revoke"},
		"abandon":    {"user_group": "dev", "os": "macos", "deletion_policy": "abandon"},
		"version":    {"user_group": "dev", "os": "win10", "password_wo_version": 2},
		"write-only": {"user_group": "dev", "os": "win10", "password_wo": "secret", "password_wo_version": 2},
		"encrypted":  {"user_group": "dev", "os": "win10", "password_recipient": recipient},
		"imported":   {"username": user},
	} {
		state := maps.Clone(config)
		maps.Copy(state, object{"password_wo": nil, "username": user, "desktop_uuid": uuid, "desktop_name": "dev_01-win10-1"})
		if state["deletion_policy"] == nil {
			state["deletion_policy"] = "abandon"
		}
		switch name {
		case "group":
			state["password"] = "initial"
		case "encrypted":
			state["encrypted_password"] = "-----BEGIN AGE ENCRYPTED FILE-----"
		}
		all[name] = struct{ config, state object }{config, state}
	}
	return all
}

func fakeService(t *testing.T) (server *desktoptest.Server, user, uuid string) {
	t.Helper()
	server = desktoptest.Start(t)
	user = "dev_01"
	server.AddUser(user)
	server.AddUser("dev_02")
	uuid = server.AddDesktop(user, "win10")
	server.SetVolumes(uuid, 100<<30)
	return server, user, uuid
}

// The test sets, changes and removes each attribute in the configuration, makes
// it unknown, and uses null and another value in the state.
func TestUnchanged_everyAttribute(t *testing.T) {
	t.Parallel()
	server, user, uuid := fakeService(t)
	p := newPlans(t).configure(t.TempDir(), object{"endpoint": server.URL})
	types := p.schemas.ResourceSchemas[desktopType].ValueType().(tftypes.Object).AttributeTypes
	shortcuts, cases := 0, 0
	for name, d := range desktops(user, uuid) {
		for attribute, typ := range types {
			for i, configured := range []any{d.config[attribute], other(attribute, typ), nil, tftypes.UnknownValue} {
				for j, stored := range []any{d.state[attribute], other(attribute, typ), nil} {
					config, state := maps.Clone(d.config), maps.Clone(d.state)
					config[attribute], state[attribute] = configured, stored
					short, full := p.compare(fmt.Sprintf("%s, %s, %d, %d", name, attribute, i, j), p.request(config, state))
					if cases++; short {
						shortcuts++
					}
					if i+j == 0 && short != (name != "write-only") {
						t.Errorf("%s: shortcut: %v (%v)", name, short, full.Diagnostics)
					}
				}
			}
		}
	}
	if shortcuts < 100 || cases-shortcuts < 100 {
		t.Errorf("%d shortcuts in %d cases", shortcuts, cases)
	}
}

// other returns another value for an attribute.
func other(name string, typ tftypes.Type) any {
	switch {
	case name == "os":
		return "macos"
	case name == "username":
		return "dev_02"
	case name == "deletion_policy":
		return "revoke"
	case typ.Is(tftypes.Number):
		return 200
	case typ.Is(tftypes.String):
		return "other"
	}
	return object{"update": "5m"}
}

func TestUnchanged_privateStateIdentityAndProvider(t *testing.T) {
	t.Parallel()
	server, user, uuid := fakeService(t)
	providers := map[string]*plans{
		"known":           newPlans(t).configure(t.TempDir(), object{"endpoint": server.URL}),
		"another system":  newPlans(t).configure(t.TempDir(), object{"endpoint": server.URL, "operating_systems": []string{"macos"}}),
		"unknown address": newPlans(t).configure(t.TempDir(), object{"endpoint": tftypes.UnknownValue}),
		"no service":      newPlans(t).configure(t.TempDir(), nil),
		"not configured":  newPlans(t),
	}
	privates := map[string][]byte{
		"none":            nil,
		"instance":        encodePrivate(t, map[string]string{"instance": `"ABC"`}),
		"not applied":     encodePrivate(t, map[string]string{"instance": `"ABC"`, "unapplied": `{"sizes":true,"password":true}`}),
		"planned before":  encodePrivate(t, map[string]string{"prior": `{"username":"dev_09","uuid":"x","deletion_policy":"revoke","warned":true}`}),
		"framework's key": encodePrivate(t, map[string]string{".import_before_read": `true`}),
		"other inbox":     encodePrivate(t, map[string]string{"order": `{"ref":"a-b","inbox":"c"}`}),
		"not an order":    encodePrivate(t, map[string]string{"order": `"x"`}),
		"no JSON":         encodePrivate(t, map[string]string{"instance": `ABC`}),
		"no UTF-8":        encodePrivate(t, map[string]string{"instance": "\"\xff\""}),
		"empty value":     encodePrivate(t, map[string]string{"instance": ""}),
		"of another SDK":  []byte(`{"schema_version":1}`),
		"null":            []byte(`null`),
		"broken":          []byte(`{`),
	}
	identityType := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"username": tftypes.String, "desktop_uuid": tftypes.String}}
	encode := func(value any) *tfprotov6.ResourceIdentityData {
		return &tfprotov6.ResourceIdentityData{IdentityData: providers["known"].encode(identityType, value)}
	}
	identities := map[string]*tfprotov6.ResourceIdentityData{
		"none": nil, "empty": {}, "null": encode(nil), "of the desktop": encode(object{"username": user, "desktop_uuid": uuid}),
	}
	shortcuts := map[string]bool{"none": true, "instance": true, "not applied": true, "planned before": true, "framework's key": true}
	for provider, p := range providers {
		for private, encoded := range privates {
			for identity, data := range identities {
				for _, capabilities := range []*tfprotov6.PlanResourceChangeClientCapabilities{nil, {DeferralAllowed: true}} {
					d := desktops(user, uuid)["user"]
					req := p.request(d.config, d.state)
					req.PriorPrivate, req.PriorIdentity, req.ClientCapabilities = encoded, data, capabilities
					name := fmt.Sprintf("provider %s, private state %s, identity %s, %+v", provider, private, identity, capabilities)
					short, full := p.compare(name, req)
					if want := provider == "known" && shortcuts[private]; short != want {
						t.Errorf("%s: shortcut: %v, want %v (%+v)", name, short, want, full.Diagnostics)
					}
				}
			}
		}
	}
}

func encodePrivate(t *testing.T, values map[string]string) []byte {
	t.Helper()
	private := map[string][]byte{}
	for key, value := range values {
		private[key] = []byte(value)
	}
	encoded, err := json.Marshal(private)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// With -replace, Terraform plans a second time, without the prior state and with
// the private state of the first plan. It plans a tainted desktop like a new one.
func TestUnchanged_replacedTaintedAndDestroyed(t *testing.T) {
	t.Parallel()
	server, user, uuid := fakeService(t)
	p := newPlans(t).configure(t.TempDir(), object{"endpoint": server.URL})
	typ := p.schemas.ResourceSchemas[desktopType].ValueType()
	for name, d := range desktops(user, uuid) {
		_, planned := p.compare(name, p.request(d.config, d.state))
		second := p.request(d.config, nil)
		second.PriorState, second.PriorPrivate = p.encode(typ, nil), planned.PlannedPrivate
		short, full := p.compare(name+", replaced", second)
		if short || len(full.Diagnostics) == 0 {
			t.Errorf("%s, replaced: shortcut: %v, diagnostics: %v", name, short, full.Diagnostics)
		}
		second.PriorPrivate = nil
		if short, _ := p.compare(name+", tainted", second); short {
			t.Errorf("%s, tainted: there is a shortcut", name)
		}
		destroy := p.request(d.config, d.state)
		destroy.Config, destroy.ProposedNewState = p.encode(typ, nil), p.encode(typ, nil)
		if short, _ := p.compare(name+", destroyed", destroy); short {
			t.Errorf("%s, destroyed: there is a shortcut", name)
		}
	}
}

// A plan confirms the order of a desktop. The shortcut cannot do that.
func TestUnchanged_orderIsConfirmedFirst(t *testing.T) {
	t.Parallel()
	server, _, _ := fakeService(t)
	inbox := t.TempDir()
	config := object{"user_group": "dev", "os": "win10"}
	apply := newPlans(t).configure(inbox, object{"endpoint": server.URL})
	typ := apply.schemas.ResourceSchemas[desktopType].ValueType()
	create := apply.request(config, nil)
	create.PriorState = apply.encode(typ, nil)
	_, planned := apply.compare("create", create)
	applied, err := apply.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: desktopType, Config: create.Config, PriorState: create.PriorState,
		PlannedState: planned.PlannedState, PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil || len(applied.Diagnostics) > 0 || !bytes.Contains(applied.Private, []byte(`"order"`)) {
		t.Fatal(err, applied)
	}
	req := &tfprotov6.PlanResourceChangeRequest{
		TypeName: desktopType, Config: create.Config, PriorState: applied.NewState, ProposedNewState: applied.NewState,
		PriorPrivate: applied.Private, PriorIdentity: applied.NewIdentity,
	}
	p := newPlans(t).configure(inbox, object{"endpoint": server.URL})
	for i, want := range []bool{false, true} {
		if short, full := p.compare(fmt.Sprint("plan ", i), req); short != want || len(full.Diagnostics) > 0 {
			t.Errorf("plan %d: shortcut: %v, want %v (%v)", i, short, want, full.Diagnostics)
		}
	}
}

// A desktop that is read but not planned counts as tainted, so the shortcut
// must record its plans. The framework must not plan in this test, because it
// would record them too.
func TestUnchanged_countsAsPlanned(t *testing.T) {
	t.Parallel()
	server, user, uuid := fakeService(t)
	p := newPlans(t).configure(t.TempDir(), object{"endpoint": server.URL})
	p.shadow = false
	d := desktops(user, uuid)["prevent"]
	req := p.request(d.config, d.state)
	if _, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: desktopType, CurrentState: req.PriorState}); err != nil {
		t.Fatal(err)
	}
	if short, _ := p.compare("the first desktop", req); !short {
		t.Fatal("there is no shortcut")
	}
	create := p.request(d.config, nil)
	create.PriorState = p.encode(p.schemas.ResourceSchemas[desktopType].ValueType(), nil)
	if _, full := p.compare("another desktop", create); len(full.Diagnostics) > 0 {
		t.Errorf("another desktop of the group: %+v", full.Diagnostics[0])
	}
}

// A difference must be an error.
func TestUnchanged_shadowDetectsDifferences(t *testing.T) {
	t.Parallel()
	server, user, uuid := fakeService(t)
	p := newPlans(t).configure(t.TempDir(), object{"endpoint": server.URL})
	p.planner = wrongPlanner{}
	d := desktops(user, uuid)["group"]
	if _, err := p.PlanResourceChange(t.Context(), p.request(d.config, d.state)); err == nil {
		t.Error("another private state is accepted")
	}
}

type wrongPlanner struct{}

func (wrongPlanner) PlanUnchanged(string, map[string]any, map[string]any, map[string][]byte) bool {
	return true
}
