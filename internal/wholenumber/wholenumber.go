// Package wholenumber is the type of attributes with whole numbers. The
// framework reports a fraction as a bug of the provider. This type reports it
// as an error in the configuration when Terraform validates it.
package wholenumber

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// Type is the custom type of an Int64Attribute.
type Type struct{ basetypes.Int64Type }

// Value is a whole number, or another number that fails validation.
type Value struct {
	basetypes.Int64Value
	invalid *big.Float
}

var (
	_ basetypes.Int64Typable      = Type{}
	_ basetypes.Int64Valuable     = Value{}
	_ xattr.ValidateableAttribute = Value{}
)

// Null returns a null value.
func Null() Value { return Value{Int64Value: basetypes.NewInt64Null()} }

// New returns a known number.
func New(n int64) Value { return Value{Int64Value: basetypes.NewInt64Value(n)} }

// String returns the name of the type.
func (Type) String() string { return "wholenumber.Type" }

// Equal reports whether another type is this one.
func (Type) Equal(other attr.Type) bool {
	_, ok := other.(Type)
	return ok
}

// ValueType returns a value of the type.
func (Type) ValueType(context.Context) attr.Value { return Value{} }

// ValueFromInt64 converts a value of the framework.
func (Type) ValueFromInt64(_ context.Context, n basetypes.Int64Value) (basetypes.Int64Valuable, diag.Diagnostics) {
	return Value{Int64Value: n}, nil
}

// ValueFromTerraform keeps a number that is not whole, so that validation can
// name its attribute.
func (t Type) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	var number *big.Float
	if in.IsKnown() && !in.IsNull() && in.Type().Is(tftypes.Number) {
		if err := in.As(&number); err != nil {
			return nil, err
		}
		if n, accuracy := number.Int64(); accuracy == big.Exact {
			return New(n), nil
		}
		return Value{Int64Value: basetypes.NewInt64Unknown(), invalid: number}, nil
	}
	value, err := t.Int64Type.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	n, ok := value.(basetypes.Int64Value)
	if !ok {
		return nil, fmt.Errorf("a number is a %T", value)
	}
	return Value{Int64Value: n}, nil
}

// Type returns the type of the value.
func (Value) Type(context.Context) attr.Type { return Type{} }

// Equal reports whether another value is the same number.
func (v Value) Equal(other attr.Value) bool {
	o, ok := other.(Value)
	if !ok || (v.invalid == nil) != (o.invalid == nil) {
		return false
	}
	if v.invalid != nil {
		return v.invalid.Cmp(o.invalid) == 0
	}
	return v.Int64Value.Equal(o.Int64Value)
}

// ToTerraformValue returns the number, even one that is not whole.
func (v Value) ToTerraformValue(ctx context.Context) (tftypes.Value, error) {
	if v.invalid != nil {
		return tftypes.NewValue(tftypes.Number, v.invalid), nil
	}
	return v.Int64Value.ToTerraformValue(ctx)
}

// ValidateAttribute refuses a number that is not whole.
func (v Value) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if v.invalid == nil {
		return
	}
	resp.Diagnostics.Append(diagnose.AttributeError(req.Path, "Not a Whole Number",
		fmt.Sprintf("%s must be a whole number, and %s is not one that the provider can use. Write a whole number such as 2.", req.Path, v.invalid.Text('g', 10))))
}
