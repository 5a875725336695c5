// Package timeout adds a description to the timeouts blocks of all types, and
// the validation that a timeout is longer than zero.
package timeout

import (
	"context"
	"fmt"
	"time"

	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// description is shown for the block in the documentation.
const description = "How long each operation may take, as a duration such as `30s`, `5m` or `1h`."

// Positive returns a timeouts block with a description and a validator that
// refuses zero and negative timeouts. The validators of the framework accept
// every duration.
func Positive[B any](block B) B {
	var validated any
	switch b := any(block).(type) {
	case resourceschema.SingleNestedBlock:
		b.MarkdownDescription, b.Validators = description, append(b.Validators, positive{})
		validated = b
	case datasourceschema.SingleNestedBlock:
		b.MarkdownDescription, b.Validators = description, append(b.Validators, positive{})
		validated = b
	case ephemeralschema.SingleNestedBlock:
		b.MarkdownDescription, b.Validators = description, append(b.Validators, positive{})
		validated = b
	case listschema.SingleNestedBlock:
		b.MarkdownDescription, b.Validators = description, append(b.Validators, positive{})
		validated = b
	case actionschema.SingleNestedBlock:
		b.MarkdownDescription, b.Validators = description, append(b.Validators, positive{})
		validated = b
	}
	if b, ok := validated.(B); ok {
		return b
	}
	return block
}

type positive struct{}

func (positive) Description(context.Context) string { return "timeouts must be longer than zero" }

func (v positive) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (positive) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	for name, value := range req.ConfigValue.Attributes() {
		text, ok := value.(basetypes.StringValue)
		if !ok {
			continue
		}
		// Another validator rejects an invalid duration; an unknown value is
		// checked later.
		if d, err := time.ParseDuration(text.ValueString()); err == nil && d <= 0 {
			resp.Diagnostics.Append(diagnose.AttributeError(req.Path.AtName(name), "Invalid Timeout",
				fmt.Sprintf("%s is %q, but a timeout must be longer than zero. Write a duration such as 5m.", name, text.ValueString())))
		}
	}
}
