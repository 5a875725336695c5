package desktop

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// useDefaultPassword is the attribute that sets the service's default password.
// Many people may know that password, so it must be requested explicitly: a
// missing or null password is an error.
const useDefaultPassword = "use_default_password"

const useDefaultDescription = "Whether to set the service's default password, which many people may know. `false` counts as not set."

// checkPasswordSource returns an error unless exactly one of a password and the
// default is set. It accepts unknown values.
func checkPasswordSource(attribute string, password types.String, useDefault types.Bool) diag.Diagnostics {
	if password.IsUnknown() || useDefault.IsUnknown() {
		return nil
	}
	switch {
	case useDefault.ValueBool() && !password.IsNull():
		return diag.Diagnostics{diagnose.AttributeError(path.Root(useDefaultPassword), "Two Passwords",
			fmt.Sprintf("Both %s and use_default_password = true are set. Remove one of them.", attribute))}
	case !useDefault.ValueBool() && password.IsNull():
		return diag.Diagnostics{missingPassword(attribute)}
	}
	return nil
}

// missingPassword returns the error for a missing or null password.
func missingPassword(attribute string) diag.Diagnostic {
	return diagnose.AttributeError(path.Root(attribute), "Password Is Missing",
		fmt.Sprintf("%s is missing or null. Write the password, or write use_default_password = true to set the service's default password.", attribute))
}
