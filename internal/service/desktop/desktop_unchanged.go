package desktop

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
)

// PlanUnchanged is a fast version of ModifyPlan for a desktop whose proposed
// state is equal to its prior state. It returns false, without effects, if the
// plan may change the desktop, returns diagnostics or confirms an order. Then
// the caller must use ModifyPlan.
func PlanUnchanged(set *clients.Set, config, prior map[string]any, private map[string][]byte) bool {
	client, err := set.Desktop()
	if err != nil || client.Available() != nil || !isConfigured(config, prior) {
		return false
	}
	registry, err := set.Instances()
	if err != nil {
		return false
	}
	r := desktopResource{client: client, instances: registry}
	state := desktopModel{
		Username: text(prior["username"]), OS: text(prior["os"]), DeletionPolicy: text(prior["deletion_policy"]),
		DesktopUUID: text(prior["desktop_uuid"]), Password: text(prior["password"]), PasswordRecipient: text(prior["password_recipient"]),
	}
	return !state.DesktopUUID.IsNull() && r.planUnchanged(state, privateMap(private))
}

func (r *desktopResource) planUnchanged(state desktopModel, private privateMap) bool {
	ctx, plan := context.Background(), state
	if plan.planPassword(state) || checkOS(plan, false, r.client.OperatingSystems()) != nil {
		return false
	}
	ref, diags := getPrivate[desktop.OrderReference](ctx, private, orderKey)
	if diags.HasError() || ref != (desktop.OrderReference{}) && !r.client.OrderConfirmed(ref) {
		return false
	}
	if setPrivate(ctx, private, priorKey, state.prior()).HasError() {
		return false
	}
	r.planned(state)
	return true
}

// isConfigured reports whether the prior state contains all configured values,
// and the defaults of all others.
func isConfigured(config, prior map[string]any) bool {
	if config["password_wo"] != nil {
		return false // A plan contains no write-only value.
	}
	for name, value := range config {
		if value == nil {
			switch name {
			case "username", "desktop_uuid", "desktop_name", "password", "encrypted_password":
				continue // The plan keeps the value in the state.
			case "deletion_policy":
				value = deletionAbandon
			}
		}
		if !reflect.DeepEqual(value, prior[name]) {
			return false
		}
	}
	return true
}

// text returns the value of a string attribute, or null.
func text(value any) types.String {
	if s, ok := value.(string); ok {
		return types.StringValue(s)
	}
	return types.StringNull()
}

// privateMap is a private state that does not use the types of the framework.
type privateMap map[string][]byte

func (m privateMap) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return m[key], nil
}

func (m privateMap) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	if len(value) == 0 {
		delete(m, key)
	} else {
		m[key] = value
	}
	return nil
}
