package callback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errTimeout = errors.New("no callback within 30 minutes")

func TestWaitEndsWithTheCauseOfTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		op := f.begin(t)
		start := time.Now()
		ctx, cancel := context.WithTimeoutCause(logged(t), 30*time.Minute, errTimeout)
		defer cancel()
		if _, err := op.Wait(ctx); err != errTimeout { //nolint:errorlint // The cause itself, not wrapped.
			t.Errorf("Wait: %v, want the cause", err)
		}
		if waited := time.Since(start); waited != 30*time.Minute {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestWaitEndsAtOnceWhenInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		op := f.begin(t)
		interrupted := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(interrupted) })
		start := time.Now()
		if _, err := op.Wait(ctx); !errors.Is(err, interrupted) {
			t.Errorf("Wait: %v", err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestWaitReturnsAtOnceWhenTheReceiverHasTheResult(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		op := f.begin(t)
		start := time.Now()
		time.AfterFunc(29*time.Minute+300*time.Millisecond, func() {
			if status := call(t, client, http.MethodPost, op.URL(), `{"status":"0"}`); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
		if body := wait30(t, op); body != `{"status":"0"}` {
			t.Errorf("body %s", body)
		}
		if waited := time.Since(start); waited != 29*time.Minute+300*time.Millisecond {
			t.Errorf("waited %v: not the moment of the callback", waited)
		}
		synctest.Wait()
	})
}

func wait30(t *testing.T, op *Operation) string {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(logged(t), 30*time.Minute, errTimeout)
	defer cancel()
	body, err := op.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestWaitFindsWhatAnotherProcessReceivedWithOneListASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		const minutes, many = 5, 30
		var waiters sync.WaitGroup
		start := time.Now()
		for n := range many {
			op := f.begin(t)
			want := fmt.Sprintf(`{"n":%d}`, n)
			time.AfterFunc(minutes*time.Minute-300*time.Millisecond, func() {
				if err := f.inbox.Put(t.Context(), op.ref.resultKey(), []byte(want)); err != nil {
					t.Error(err)
				}
			})
			waiters.Go(func() {
				if body := wait30(t, op); body != want {
					t.Errorf("body %s, want %s", body, want)
				}
			})
		}
		waiters.Wait()
		if waited := time.Since(start); waited != minutes*time.Minute {
			t.Errorf("waited %v: not until the next look", waited)
		}
		if lists := f.inbox.lists.Load(); lists != minutes*60 {
			t.Errorf("%d lists in %d seconds", lists, minutes*60)
		}
		if gets := f.inbox.resultGets.Load(); gets != many {
			t.Errorf("%d gets for %d results", gets, many)
		}
		time.Sleep(time.Minute) // Fake time.
		if lists := f.inbox.lists.Load(); lists != minutes*60 {
			t.Errorf("polled on with nobody waiting: %d lists", lists)
		}
	})
}

func TestWaitOutlivesAnInboxThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		op := f.begin(t)
		if status := call(t, client, http.MethodPost, op.URL(), `{}`); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		unreachable := errors.New("bucket unreachable")
		f.inbox.fail(unreachable)
		time.AfterFunc(10*time.Minute, func() { f.inbox.fail(nil) })
		if body := wait30(t, op); body != `{}` {
			t.Errorf("body %s", body)
		}

		f.inbox.fail(unreachable)
		ctx, cancel := context.WithTimeoutCause(logged(t), time.Minute, errTimeout)
		defer cancel()
		if _, err := op.Wait(ctx); !errors.Is(err, errTimeout) || !errors.Is(err, unreachable) {
			t.Errorf("Wait: %v, want the time-out and why nothing could be read", err)
		}
		if text := f.logs.String(); !strings.Contains(text, "unable to read the result") || !strings.Contains(text, "bucket unreachable") {
			t.Errorf("the inbox that cannot be read is not logged:\n%s", text)
		}
	})
}

func TestWaitOutlivesAnInboxThatCannotBeListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		op := f.begin(t)
		f.inbox.fail(errors.New("bucket unreachable"))
		time.AfterFunc(10*time.Minute, func() { f.inbox.fail(nil) })
		if err := f.inbox.Put(t.Context(), op.ref.resultKey(), []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		if body := wait30(t, op); body != `{}` {
			t.Errorf("body %s", body)
		}
		if text := f.logs.String(); !strings.Contains(text, "unable to look for results") {
			t.Errorf("the inbox that cannot be listed is not logged:\n%s", text)
		}
	})
}

func TestBeginRemembersBeforeItGivesOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	value, err := f.inbox.Directory.Get(t.Context(), op.ref.operationKey())
	if err != nil {
		t.Fatal(err)
	}
	var memory remembered
	if err := json.Unmarshal(value, &memory); err != nil || time.Since(memory.Begun) > time.Minute {
		t.Errorf("remembered %s: %v", value, err)
	}
	full := errors.New("disk full")
	f.inbox.fail(full)
	if op, err := f.Begin(logged(t)); !errors.Is(err, full) || op != nil {
		t.Errorf("Begin gave out %v, %v without an inbox to remember it", op, err)
	}
}

func TestEndLeavesNothingAndAnswersRepetitions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op, other := f.begin(t), f.begin(t)
	for range 2 {
		if status := call(t, client, http.MethodPost, op.URL(), `{"password":"first"}`); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
	}
	if err := op.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.inbox.fail(errors.New("nothing is to be stored"))
	if status := call(t, client, http.MethodPost, op.URL(), `{"password":"late"}`); status != http.StatusOK {
		t.Errorf("a repetition after the end: status %d", status)
	}
	f.inbox.fail(nil)
	if keys := f.inbox.keys(t); len(keys) != 1 || keys[0] != other.ref.operationKey() {
		t.Errorf("the inbox holds %q, want only the operation that did not end", keys)
	}
	if err := op.End(t.Context()); err != nil {
		t.Errorf("ending twice: %v", err)
	}
}

func TestEndDuringARepetitionLeavesNoResult(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	f.inbox.afterPut = func() {
		// End has deleted the result, and then this repetition is stored.
		if err := op.End(t.Context()); err != nil {
			t.Error(err)
		}
		if err := f.inbox.Put(t.Context(), op.ref.resultKey(), []byte(`{}`)); err != nil {
			t.Error(err)
		}
	}
	if status := call(t, client, http.MethodPost, op.URL(), `{}`); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if keys := f.inbox.keys(t); len(keys) != 0 {
		t.Errorf("the inbox still holds %q", keys)
	}
}

func TestThirtyOperationsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	var all sync.WaitGroup
	for n := range 30 {
		all.Go(func() {
			op, err := f.Begin(logged(t))
			if err != nil {
				t.Error(err)
				return
			}
			want := fmt.Sprintf(`{"n":%d}`, n)
			var callbacks sync.WaitGroup
			for _, method := range []string{http.MethodPost, http.MethodPut} {
				callbacks.Go(func() {
					if status := call(t, client, method, op.URL(), want); status != http.StatusOK {
						t.Errorf("status %d", status)
					}
				})
			}
			if body := wait(t, op); body != want {
				t.Errorf("body %s, want %s", body, want)
			}
			if err := op.End(t.Context()); err != nil {
				t.Error(err)
			}
			callbacks.Wait()
		})
	}
	all.Wait()
	if keys := f.inbox.keys(t); len(keys) != 0 {
		t.Errorf("the inbox still holds %q", keys)
	}
}

func TestAnOperationDoesNotPrintItsAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.begin(t)
	if err := f.Close(); err != nil { // Printing an Receiver at work would be a race.
		t.Fatal(err)
	}
	type holder struct {
		Exported *Operation
		private  *Operation
		value    Operation
	}
	held := holder{op, op, *op}
	var text strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, value := range []any{op, *op, held, &held, []*Operation{op}, f.Receiver, *f.base.JoinPath("healthz")} {
			fmt.Fprintf(&text, verb+"\n", value)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&text, nil)} {
		slog.New(handler).Info("test", "op", op, "value", *op, "held", held, "exchange", f.Receiver)
	}
	for _, form := range []string{idOf(op), fmt.Sprintf("%x", idOf(op)), strings.ToLower(idOf(op))} {
		if strings.Contains(text.String(), form) {
			t.Errorf("the id is printed: %s", text.String())
		}
	}
	if want := "operation " + op.ref.String(); fmt.Sprint(op) != want || fmt.Sprintf("%#v", op) != want {
		t.Errorf("%v is not the short reference", op)
	}
}

func TestIdsAreLongAndDistinct(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	seen := map[string]bool{}
	for range 50 {
		id := idOf(f.begin(t))
		// 26 letters of an alphabet of 32 are 130 bits.
		if len(id) < 26 || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}
