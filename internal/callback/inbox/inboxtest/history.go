package inboxtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	histories      = 6
	historyClients = 6
	historyCalls   = 24
	historyTimeout = time.Minute
)

var historyKeys = []string{"orders/a/turn-1", "orders/a/turn-2", "results/c"}

// isLinearizable checks the answers of concurrent calls: for each key, a
// sequence of the calls must exist in which all answers are correct. A List is
// one read of each key, because the Store does not promise a snapshot.
func isLinearizable(ctx context.Context, in Inbox) error {
	for range histories {
		h := &history{start: time.Now()}
		var all sync.WaitGroup
		for n := range historyClients {
			store, random := in.Open(), rand.New(rand.NewPCG(rand.Uint64(), 0)) //nolint:gosec // A test, not a secret.
			all.Go(func() {
				for range historyCalls {
					h.call(ctx, n, store, random)
				}
			})
		}
		all.Wait()
		switch porcupine.CheckOperationsTimeout(model, h.operations, historyTimeout) {
		case porcupine.Illegal:
			return fmt.Errorf("in no sequence of these calls are all answers correct:\n%s", h)
		case porcupine.Unknown:
			return errors.New("the history is too large to be checked")
		case porcupine.Ok:
		}
		// The next history begins with an empty inbox.
		if err := in.Open().Delete(ctx, historyKeys...); err != nil {
			return err
		}
	}
	return nil
}

// history records concurrent calls and their answers.
type history struct {
	start time.Time

	mu         sync.Mutex
	values     int
	operations []porcupine.Operation
}

// call makes a random call and records it.
func (h *history) call(ctx context.Context, client int, s inbox.Store, random *rand.Rand) {
	key := historyKeys[random.IntN(len(historyKeys))]
	before := time.Since(h.start).Nanoseconds()
	record := func(key string, in input, out output) { h.add(client, before, key, in, out) }
	switch random.IntN(8) {
	case 0, 1, 2:
		value := h.value()
		won, err := s.Create(ctx, key, []byte(value))
		record(key, input{kind: create, value: value}, output{found: won, unknown: err != nil})
	case 3, 4:
		value, err := s.Get(ctx, key)
		absent := errors.Is(err, inbox.ErrNotExist)
		record(key, input{kind: get}, output{found: err == nil, value: string(value), unknown: err != nil && !absent})
	case 5:
		listing, err := s.List(ctx, "")
		present := map[string]bool{}
		for _, e := range listing.Entries {
			present[e.Key] = true
		}
		for _, key := range historyKeys {
			record(key, input{kind: list}, output{found: present[key], unknown: err != nil})
		}
	default:
		err := s.Delete(ctx, key)
		record(key, input{kind: remove}, output{unknown: err != nil})
	}
}

// value returns a value that no other call writes.
func (h *history) value() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.values++
	return fmt.Sprint("value ", h.values)
}

func (h *history) add(client int, before int64, key string, in input, out output) {
	h.mu.Lock()
	defer h.mu.Unlock()
	in.key = key
	op := porcupine.Operation{ClientId: client, Input: in, Call: before, Output: out, Return: time.Since(h.start).Nanoseconds()}
	if out.unknown {
		// The effect of a failed call may become visible at any time after it.
		op.Return = time.Hour.Nanoseconds()
	}
	h.operations = append(h.operations, op)
}

func (h *history) String() string {
	var text strings.Builder
	for _, op := range h.operations {
		fmt.Fprintf(&text, "client %d, from %d to %d ns: %s\n", op.ClientId, op.Call, op.Return, model.DescribeOperation(op.Input, op.Output))
	}
	return text.String()
}
