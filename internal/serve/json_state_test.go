package serve

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestAsJSON(t *testing.T) {
	t.Parallel()
	attributes := map[string]tftypes.Type{
		"name": tftypes.String, "on": tftypes.Bool, "cpu": tftypes.Number,
		"sizes": tftypes.List{ElementType: tftypes.Number},
	}
	object := tftypes.Object{AttributeTypes: attributes}
	value := func(cpu any, sizes ...tftypes.Value) *tfprotov6.DynamicValue {
		v, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, map[string]tftypes.Value{
			"name":  tftypes.NewValue(tftypes.String, `<a> & "b"`),
			"on":    tftypes.NewValue(tftypes.Bool, true),
			"cpu":   tftypes.NewValue(tftypes.Number, cpu),
			"sizes": tftypes.NewValue(attributes["sizes"], sizes),
		}))
		if err != nil {
			t.Fatal(err)
		}
		return &v
	}
	for name, test := range map[string]struct {
		state  *tfprotov6.DynamicValue
		inJSON bool
	}{
		"no number":    {value(nil), false},
		"small":        {value(4), true},
		"negative":     {value(-1), true},
		"2^53 + 1":     {value(int64(1)<<53 + 1), true},
		"a half":       {value(0.5), true},
		"in a list":    {value(nil, tftypes.NewValue(tftypes.Number, 1)), true},
		"no resource":  {&tfprotov6.DynamicValue{MsgPack: []byte{0xc0}}, false},
		"unknown form": {&tfprotov6.DynamicValue{MsgPack: []byte{0xd4, 0x00, 0x00}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := asJSON(test.state)
			if inJSON := got.JSON != nil; inJSON != test.inJSON {
				t.Fatalf("in JSON: %v, want %v", inJSON, test.inJSON)
			}
			if !test.inJSON {
				return
			}
			before, err := test.state.Unmarshal(object)
			if err != nil {
				t.Fatal(err)
			}
			after, err := got.Unmarshal(object)
			if err != nil {
				t.Fatal(err)
			}
			if diff, err := before.Diff(after); err != nil || len(diff) > 0 {
				t.Errorf("it is another value: %v %v\n%s", diff, err, cmp.Diff(string(test.state.MsgPack), string(got.JSON)))
			}
		})
	}
}
