package desktoptest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestServer_outOfBandChanges(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, second := s.AddDesktop("dev_01", "win10"), s.AddDesktop("dev_01", "kylin")
	s.AddDesktop("ops_01", "macos")
	s.AddUser("dev_01")
	password := s.Password("dev_01")

	if !s.Change(first, func(d *desktoptest.Desktop) { d.Name = "renamed" }) || s.Change("nope", nil) {
		t.Error("Change reports the wrong desktops")
	}
	s.RemoveDesktop(second)
	s.RemoveUser("ops_01")

	got := send(t, s, "GET", "/api/user/dev_01/desktops", "").Body
	if want := `{"data":[{"desktop_name":"renamed","desktop_uuid":"` + first + `"}],"message":"","status":0}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"dev_01"}, s.Users()); diff != "" || len(s.Desktops()) != 1 {
		t.Errorf("%d desktops, users (-want +got):\n%s", len(s.Desktops()), diff)
	}
	if s.Password("ops_01") != "" || s.Password("dev_01") != password {
		t.Error("the passwords are not those of the users")
	}
	if _, exists := s.Desktop(second); exists {
		t.Error("the removed desktop exists")
	}
}

func TestServer_returnsCopies(t *testing.T) {
	t.Parallel()
	s := start(t)
	uuid := s.AddDesktop("dev_01", "win10")
	s.SetVolumes(uuid, 10*gib)
	d, _ := s.Desktop(uuid)
	d.Volumes[0].Size = 1
	s.Desktops()[0].Volumes[0].Size = 1
	if d, _ := s.Desktop(uuid); d.Volumes[0].Size != 10*gib {
		t.Errorf("the state was changed: %+v", d)
	}
}
