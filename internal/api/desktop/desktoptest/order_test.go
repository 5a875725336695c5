package desktoptest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestServer_recordsAcceptedOrders(t *testing.T) {
	t.Parallel()
	s, r := start(t), newReceiver(t, 200)
	got := r.order(t, s, "dev", "win10", "a")
	if refused := send(t, s, "POST", "/api/desktop/apply", r.applyBody("dev", "beos", "b")); refused == accepted {
		t.Fatal("an order that cannot be carried out was accepted")
	}
	hold := s.Hold(desktoptest.Apply, 1)
	wantAccepted(t, send(t, s, "POST", "/api/desktop/apply", r.applyBody("ops", "win7", "c")))
	<-hold.Reached
	s.RemoveDesktop(got.Data["desktop_uuid"])
	want := []desktoptest.Order{
		{UserOrGroup: "dev", OS: "win10", Username: "dev_01", UUID: got.Data["desktop_uuid"], Password: got.Data["password"]},
		{UserOrGroup: "ops", OS: "win7"},
	}
	if diff := cmp.Diff(want, s.Orders()); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}
