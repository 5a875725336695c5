package desktop

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// nameValidator validates the names of users and groups. The API document does
// not restrict them, so only impossible names are errors.
func nameValidator() validator.String {
	return stringvalidator.RegexMatches(regexp.MustCompile(`^[^\s\pC]([^\pC]*[^\s\pC])?$`),
		"must be a name: not empty, without spaces around it and without control characters")
}

// uuidPattern matches the uuids of the service. The API document does not say
// that they are UUIDs of RFC 9562.
var uuidPattern = regexp.MustCompile(`^[^\s\pC/\\?#%]+$`)

// uuidValidator validates the uuid of a desktop.
func uuidValidator() validator.String {
	return stringvalidator.RegexMatches(uuidPattern,
		"must be the uuid of a desktop: not empty, without spaces, slashes and percent signs")
}

// recipientValidator validates a public key that passwords can be encrypted to.
type recipientValidator struct{}

func (recipientValidator) Description(context.Context) string {
	return "must be an age or SSH public key"
}

func (v recipientValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (recipientValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsUnknown() || req.ConfigValue.IsNull() {
		return
	}
	if _, err := parseRecipient(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.Append(diagnose.AttributeError(req.Path, "Invalid Recipient",
			fmt.Sprintf("It is not a public key that a password can be encrypted to (%v). Write an age recipient (age1…) or an SSH public key (ssh-ed25519 … or ssh-rsa …).", err)))
	}
}
