//go:build linux

package chaos

import (
	"fmt"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// newCalmRound returns a round without attacks.
func newCalmRound(t *testing.T, service *desktoptest.Server, desktops int, timeout time.Duration) *round {
	t.Helper()
	r := &round{t: t, cli: acctest.NewCLI(t), site: &site{t: t, service: service}, named: map[string]bool{}, chosen: map[string]bool{}}
	r.cli.Write("main.tf", fmt.Sprintf(configuration, "", service.URL, `listen = "127.0.0.1:0"`, desktops, timeout))
	r.cli.MustRun("init")
	return r
}

// The service creates each desktop but sends no callback. The commands in the
// messages lead to a state that contains each desktop once.
func TestLost_commandsInMessages(t *testing.T) {
	t.Parallel()
	service := desktoptest.Start(t)
	service.Callback(desktoptest.Apply, -1, desktoptest.NoCallback())
	const desktops = 5 // Two of them are of one kind.
	r := newCalmRound(t, service, desktops, 10*time.Second)
	r.converge()
	inState := map[string]bool{}
	for _, m := range r.managed() {
		inState[m.UUID] = true
		r.checkPassword(m)
	}
	orders := service.Orders()
	for _, order := range orders {
		if !inState[order.UUID] {
			t.Errorf("desktop %s of %s is not in the state", order.UUID, order.Username)
		}
	}
	if len(orders) != desktops || len(inState) != desktops || r.counts.commands != desktops {
		t.Errorf("%d orders led to %d desktops in the state, after %d commands", len(orders), len(inState), r.counts.commands)
	}
}
