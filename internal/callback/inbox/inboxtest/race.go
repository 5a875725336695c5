package inboxtest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	creators    = 32
	raceRounds  = 8
	raceClients = 4
)

func oneCreatorSucceeds(ctx context.Context, in Inbox) error {
	var clients []inbox.Store
	for range raceClients {
		clients = append(clients, in.Open())
	}
	var failed error
	for round := range raceRounds {
		failed = errors.Join(failed, race(ctx, clients, fmt.Sprintf("orders/o%d/turn-1", round)))
	}
	return failed
}

// race starts all creators at the same moment.
func race(ctx context.Context, clients []inbox.Store, key string) error {
	barrier := make(chan struct{})
	won := make([]bool, creators)
	errs := make([]error, creators)
	var all sync.WaitGroup
	for n := range creators {
		all.Go(func() {
			<-barrier
			won[n], errs[n] = clients[n%len(clients)].Create(ctx, key, creatorValue(n))
		})
	}
	close(barrier)
	all.Wait()
	failed := errors.Join(errs...)
	winners := 0
	for n, w := range won {
		if w {
			winners++
			failed = errors.Join(failed, holds(ctx, clients[0], key, string(creatorValue(n))))
		}
	}
	if winners != 1 {
		failed = errors.Join(failed, fmt.Errorf("%d of %d creators of %s were told that they won", winners, creators, key))
	}
	return failed
}

func creatorValue(n int) []byte { return fmt.Appendf(nil, "creator %d", n) }
