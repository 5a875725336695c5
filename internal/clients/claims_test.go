package clients

import "testing"

func TestClaims(t *testing.T) {
	t.Parallel()
	type take struct {
		holder   string
		releases bool
		want     bool
	}
	for name, takes := range map[string][]take{
		"one who asks again":                 {{"a", false, true}, {"a", false, true}},
		"one who releases and takes":         {{"a", true, true}, {"a", false, true}},
		"two who keep":                       {{"a", false, true}, {"b", false, false}, {"a", false, true}},
		"two who release":                    {{"a", true, true}, {"b", true, true}},
		"one who keeps and one who releases": {{"a", false, true}, {"b", true, false}},
		"one who releases and one who keeps": {{"a", true, true}, {"b", false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var claims Claims
			for i, take := range takes {
				if got := claims.Take("thing", take.holder, take.releases); got != take.want {
					t.Errorf("take %d by %s: %t", i+1, take.holder, got)
				}
			}
			if !claims.Take("another thing", "z", false) {
				t.Error("a thing that nobody has is refused")
			}
		})
	}
}
