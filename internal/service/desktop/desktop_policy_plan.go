package desktop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// ModifyPlan returns an error for a policy that the deployment does not support
// or that conflicts with another one. After an import, it warns that the policy
// cannot be read.
func (r *desktopPolicyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state desktopPolicyModel
	create, destroy := req.State.Raw.IsNull(), req.Plan.Raw.IsNull()
	if !create {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if !destroy {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	instance, diags := planInstance(ctx, req.Private, resp.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || r.client == nil || r.client.Available() != nil {
		return
	}
	moves := !create && !destroy && !plan.DesktopUUID.Equal(state.DesktopUUID)
	resets := (destroy || moves) && state.resets()
	if resets {
		resp.Diagnostics.Append(r.checkReset(state)...)
	}
	if destroy || moves {
		resp.Diagnostics.Append(r.planDestroy(ctx, state, instance, resp.Private)...)
	}
	if !destroy {
		resp.Diagnostics.Append(r.checkScope(plan)...)
		resp.Diagnostics.Append(r.checkShared(plan, state, instance)...)
	}
	sets := !destroy && plan.sets(state)
	if r.client.PolicyCallback() && (sets || resets) {
		resp.Diagnostics.Append(checkCallback(r.client)...)
	}
	if sets && !create && len(state.managed()) == 0 && !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(unreadable(plan))
	}
}

// scopeProblem returns a sentence if the policy scope of the deployment does
// not allow the owner of this policy, or "".
func (r *desktopPolicyResource) scopeProblem(m desktopPolicyModel) string {
	switch perDesktop := r.client.PolicyPerDesktop(); {
	case perDesktop && m.DesktopUUID.IsNull():
		return `The provider has policy_scope = "desktop", so each policy belongs to a desktop, and this one names none.`
	case !perDesktop && !m.DesktopUUID.IsNull():
		return `The provider has policy_scope = "service", so there is one policy for the whole service, and no desktop can be named.`
	}
	return ""
}

// checkScope returns an error for a policy that does not match the policy
// scope. If no uuid is allowed, an unknown uuid is an error too: it is rarely
// null in the apply, and its desktop would have been ordered by then.
func (r *desktopPolicyResource) checkScope(plan desktopPolicyModel) diag.Diagnostics {
	problem := r.scopeProblem(plan)
	if problem == "" {
		return nil
	}
	remedy := ` Write desktop_uuid, or remove policy_scope from the provider's desktop block.`
	if !plan.DesktopUUID.IsNull() {
		remedy = ` Remove desktop_uuid, or, if each desktop of the deployment can have its own policy, set policy_scope = "desktop" in the provider's desktop block.`
	}
	return diag.Diagnostics{diagnose.AttributeError(path.Root("desktop_uuid"), "Policy Does Not Match Policy Scope", problem+remedy)}
}

// checkReset returns an error if a policy to destroy was set with another
// policy scope, because the reset would change another policy or none.
func (r *desktopPolicyResource) checkReset(state desktopPolicyModel) diag.Diagnostics {
	problem := r.scopeProblem(state)
	if problem == "" {
		return nil
	}
	return diag.Diagnostics{diagnose.AttributeError(path.Root("desktop_uuid"), "Policy Cannot Be Reset",
		problem+" It was set under the other policy scope. Destroy it under that one, or remove it from the state with a removed block.")}
}

// checkImported returns an error for an import that cannot be a policy. It
// cannot check whether a policy exists, but whether its desktop does.
func (r *desktopPolicyResource) checkImported(ctx context.Context, imported desktopPolicyModel) error {
	if err := r.client.Available(); err != nil {
		return err
	}
	if problem := r.scopeProblem(imported); problem != "" {
		return errors.New(problem)
	}
	if imported.DesktopUUID.IsNull() {
		return nil
	}
	_, err := r.client.Volumes(ctx, imported.DesktopUUID.ValueString())
	return err
}

// checkShared returns an error for a second resource that manages the same
// value. A warning is not enough: neither resource could detect the change of
// the other, and after the apply one of the two states would be wrong.
func (r *desktopPolicyResource) checkShared(plan, state desktopPolicyModel, instance string) diag.Diagnostics {
	var diags diag.Diagnostics
	if plan.DesktopUUID.IsUnknown() {
		return nil // Terraform plans again before it applies; the value is then known.
	}
	for _, name := range slices.Sorted(maps.Keys(plan.managed())) {
		switch value := plan.valueOf(name); {
		case !r.instances.Manage(value, instance):
			diags.Append(diagnose.AttributeError(path.Root(name), "Two Policies Manage One Value",
				fmt.Sprintf("Another clouddesktop_desktop_policy manages %s of the same policy (%s). "+
					"The service does not report its policy, so neither would see what the other sets, and the last one applied would win. "+
					"Manage each value in one resource.", name, plan.scope())))
		case !plan.sets(state) && r.instances.ResetByOther(value, instance):
			diags.Append(diagnose.AttributeWarning(path.Root(name), "Value May Be Reset",
				fmt.Sprintf("This plan also destroys a policy that manages %s of the same policy (%s), and the apply may turn it off. "+
					"To keep the value, remove the other resource with a removed block and destroy = false. To set the value again afterwards, use terraform apply -replace.", name, plan.scope())))
		}
	}
	return diags
}

// unreadable returns the warning about the first apply after an import.
func unreadable(plan desktopPolicyModel) diag.Diagnostic {
	var set []string
	for name, value := range plan.managed() {
		set = append(set, fmt.Sprintf("%s = %s", name, value))
	}
	slices.Sort(set)
	return diagnose.Warn("Policy Cannot Be Read",
		fmt.Sprintf("The service does not report the current policy (%s), so the provider cannot know whether anything changes. The apply sets %s.",
			plan.scope(), strings.Join(set, " and ")))
}
