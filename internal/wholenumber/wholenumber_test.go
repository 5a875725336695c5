package wholenumber_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

func value(t *testing.T, in any) wholenumber.Value {
	t.Helper()
	got, err := wholenumber.Type{}.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.Number, in))
	if err != nil {
		t.Fatal(err)
	}
	n, ok := got.(wholenumber.Value)
	if !ok {
		t.Fatalf("got a %T", got)
	}
	return n
}

func TestType_wholeNumbers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   any
		want wholenumber.Value
	}{
		{nil, wholenumber.Null()},
		{2, wholenumber.New(2)},
		{-1, wholenumber.New(-1)},
		{big.NewFloat(3), wholenumber.New(3)},
		{int64(1<<53 + 1), wholenumber.New(1<<53 + 1)},
	} {
		got := value(t, tc.in)
		if !got.Equal(tc.want) {
			t.Errorf("%v: got %v", tc.in, got)
		}
		var resp xattr.ValidateAttributeResponse
		if got.ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("cpu")}, &resp); resp.Diagnostics.HasError() {
			t.Errorf("%v: %v", tc.in, resp.Diagnostics)
		}
	}
	if !value(t, tftypes.UnknownValue).IsUnknown() {
		t.Error("an unknown number is known")
	}
}

func TestType_otherNumbers(t *testing.T) {
	t.Parallel()
	for text, in := range map[string]*big.Float{"1.5": big.NewFloat(1.5), "1e+30": big.NewFloat(1e30), "-0.25": big.NewFloat(-0.25)} {
		got := value(t, in)
		var resp xattr.ValidateAttributeResponse
		got.ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("cpu")}, &resp)
		if len(resp.Diagnostics) != 1 || !strings.HasPrefix(resp.Diagnostics[0].Detail(), "cpu must be a whole number, and "+text+" ") {
			t.Errorf("%s: %v", text, resp.Diagnostics)
		}
		back, err := got.ToTerraformValue(t.Context())
		if err != nil || !back.Equal(tftypes.NewValue(tftypes.Number, in)) {
			t.Errorf("%s: it became %v, %v", text, back, err)
		}
		if got.Equal(wholenumber.New(1)) || !got.Equal(value(t, in)) {
			t.Errorf("%s equals another number", text)
		}
	}
}
