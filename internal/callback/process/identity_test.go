package process

import (
	"os"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

func TestSelf(t *testing.T) {
	t.Parallel()
	one, two := self(t), self(t)
	if one.ID == two.ID || inbox.CheckKey(Key(one.ID)) != nil {
		t.Errorf("ids %q and %q", one.ID, two.ID)
	}
	if one.PID != os.Getpid() || one.Terraform.PID != os.Getppid() || !one.SameTerraform(two) {
		t.Errorf("%+v and %+v", one, two)
	}
	age, err := Age()
	if err != nil || age <= 0 {
		t.Errorf("age %s, %v", age, err)
	}
}

func TestIdentity_sameTerraform(t *testing.T) {
	t.Parallel()
	one := Identity{ID: "one", Machine: "m", PID: 10, Terraform: Terraform{5, "100"}}
	tests := map[string]struct {
		edit func(*Identity)
		want bool
	}{
		"an alias":                 {func(i *Identity) { i.ID, i.PID = "two", 11 }, true},
		"another machine":          {func(i *Identity) { i.Machine = "n" }, false},
		"another Terraform":        {func(i *Identity) { i.Terraform.PID = 6 }, false},
		"the process id is reused": {func(i *Identity) { i.Terraform.Started = "101" }, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := one
			tt.edit(&other)
			if got := one.SameTerraform(other); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
