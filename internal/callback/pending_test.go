package callback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

var errTimeout = errors.New("no callback within 30 minutes")

func TestPending_Wait_endsWithTheCauseOfTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		op := f.open(t)
		start := time.Now()
		ctx, cancel := context.WithTimeoutCause(logged(t), 30*time.Minute, errTimeout)
		defer cancel()
		if _, err := op.Wait(ctx, accept); err != errTimeout { //nolint:errorlint // The cause itself, not wrapped.
			t.Errorf("Wait: %v, want the cause", err)
		}
		if waited := time.Since(start); waited != 30*time.Minute {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestPending_Wait_endsAtOnceWhenInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		op := f.open(t)
		interrupted := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(interrupted) })
		start := time.Now()
		if _, err := op.Wait(ctx, accept); !errors.Is(err, interrupted) {
			t.Errorf("Wait: %v", err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestPending_Wait_returnsAtOnceWithTheCallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		op := f.open(t)
		start := time.Now()
		time.AfterFunc(29*time.Minute+300*time.Millisecond, func() {
			if status := call(t, client, http.MethodPost, op.URL(), secretBody); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
		if body := wait30(t, op); body != secretBody {
			t.Errorf("body %s", body)
		}
		if waited := time.Since(start); waited != 29*time.Minute+300*time.Millisecond {
			t.Errorf("waited %v, want the time until the callback", waited)
		}
		synctest.Wait()
	})
}

func wait30(t *testing.T, op *Pending) string {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(logged(t), 30*time.Minute, errTimeout)
	defer cancel()
	body, err := op.Wait(ctx, accept)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestPending_Wait_findsResultsOfOtherProcesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		const minutes, many = 5, 30
		var waiters sync.WaitGroup
		start := time.Now()
		for n := range many {
			op := f.open(t)
			want := fmt.Sprintf(`{"status":"0","data":{"username":"dev_01","desktop_uuid":"%d"}}`, n)
			time.AfterFunc(minutes*time.Minute-300*time.Millisecond, func() {
				f.inbox.put(t, op, want)
			})
			waiters.Go(func() {
				if body := wait30(t, op); body != want {
					t.Errorf("body %s, want %s", body, want)
				}
			})
		}
		waiters.Wait()
		if waited := time.Since(start); waited != minutes*time.Minute {
			t.Errorf("waited %v, want the time until the next look", waited)
		}
		if lists := f.inbox.lists.Load(); lists != minutes*60 {
			t.Errorf("%d lists in %d seconds", lists, minutes*60)
		}
		if gets := f.inbox.resultGets.Load(); gets != many {
			t.Errorf("%d gets for %d results", gets, many)
		}
		time.Sleep(time.Minute) // Fake time.
		if lists := f.inbox.lists.Load(); lists != minutes*60 {
			t.Errorf("polls although no call waits: %d lists", lists)
		}
	})
}

func TestPending_Wait_continuesWhileTheInboxCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		op := f.open(t)
		if status := call(t, client, http.MethodPost, op.URL(), secretBody); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		unreachable := errors.New("bucket unreachable")
		f.inbox.fail(unreachable)
		time.AfterFunc(10*time.Minute, func() { f.inbox.fail(nil) })
		if body := wait30(t, op); body != secretBody {
			t.Errorf("body %s", body)
		}

		f.inbox.fail(unreachable)
		ctx, cancel := context.WithTimeoutCause(logged(t), time.Minute, errTimeout)
		defer cancel()
		if _, err := op.Wait(ctx, accept); !errors.Is(err, errTimeout) || !errors.Is(err, unreachable) {
			t.Errorf("Wait: %v, want the timeout and why nothing could be read", err)
		}
		if text := f.logs.String(); !strings.Contains(text, "unable to read the result") || !strings.Contains(text, "bucket unreachable") {
			t.Errorf("the log does not contain the read error:\n%s", text)
		}
	})
}

func TestPending_Wait_continuesWhileTheInboxCannotBeListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		overPipes(f)
		op := f.open(t)
		f.inbox.fail(errors.New("bucket unreachable"))
		time.AfterFunc(10*time.Minute, func() { f.inbox.fail(nil) })
		f.inbox.put(t, op, secretBody)
		if body := wait30(t, op); body != secretBody {
			t.Errorf("body %s", body)
		}
		if text := f.logs.String(); !strings.Contains(text, "unable to look for results") {
			t.Errorf("the log does not contain the list error:\n%s", text)
		}
	})
}

func TestReceiver_Open_requiresTheInbox(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	full := errors.New("disk full")
	f.inbox.fail(full)
	if p, err := f.Open(logged(t), id.Order); !errors.Is(err, full) || p != nil {
		t.Errorf("Open returned %v, %v without a key of the inbox", p, err)
	}
	f.inbox.fail(nil)
	if call(t, client, http.MethodPost, f.open(t).URL(), secretBody) != http.StatusOK {
		t.Error("Open still fails with a working inbox")
	}
}

func TestPending_End_removesTheResult(t *testing.T) {
	t.Parallel()
	for kind, kept := range map[id.Kind]int{id.Order: 1, id.Task: 0} {
		f := newFixture(t, nil)
		p, err := f.Open(logged(t), kind)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
		}
		if err := p.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		if keys := f.inbox.keys(t); len(keys) != 0 {
			t.Errorf("kind %c: the inbox holds %q", kind, keys)
		}
		if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
			t.Errorf("a repeated callback after the end: status %d", status)
		}
		all, err := receiver.ReadEvidence(t.Context(), f.inbox, p.Ref())
		if err != nil || len(all) != kept {
			t.Fatalf("kind %c: %d values of evidence (%v)", kind, len(all), err)
		}
		for _, evidence := range all {
			if strings.Contains(string(evidence.Body), "hunter2") || !strings.Contains(string(evidence.Body), "dev_01") {
				t.Errorf("the evidence is %s, want the callback without its password", evidence.Body)
			}
		}
		if keys := f.inbox.keys(t); len(keys) != kept {
			t.Errorf("kind %c: the inbox holds %q", kind, keys)
		}
		if err := p.End(t.Context()); err != nil {
			t.Errorf("ending twice: %v", err)
		}
	}
}

func TestPending_End_whileACallbackIsStored(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p, err := f.Open(logged(t), id.Task)
	if err != nil {
		t.Fatal(err)
	}
	f.inbox.afterCreate = func() {
		// This stores a repeated result after End has deleted the first one.
		if err := p.End(t.Context()); err != nil {
			t.Error(err)
		}
		f.inbox.put(t, p, secretBody)
	}
	if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if keys := f.inbox.keys(t); len(keys) != 0 {
		t.Errorf("the inbox still holds %q", keys)
	}
}

func TestReceiver_concurrentCalls(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	var all sync.WaitGroup
	for n := range 30 {
		all.Go(func() {
			op, err := f.Open(logged(t), id.Task)
			if err != nil {
				t.Error(err)
				return
			}
			want := fmt.Sprintf(`{"status":"0","data":{"username":"dev_01","desktop_uuid":"%d"}}`, n)
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

func TestPending_doesNotPrintItsURL(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	op := f.open(t)
	if err := f.Close(); err != nil { // Printing a running Receiver would be a data race.
		t.Fatal(err)
	}
	type holder struct {
		Exported *Pending
		private  *Pending
	}
	held := holder{op, op}
	var text strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, value := range []any{op, held, &held, []*Pending{op}, f.Receiver, *f.base.JoinPath("healthz")} {
			fmt.Fprintf(&text, verb+"\n", value)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&text, nil)} {
		slog.New(handler).Info("test", "op", op, "held", held, "receiver", f.Receiver)
	}
	for _, form := range []string{idOf(op), fmt.Sprintf("%x", idOf(op)), strings.ToLower(idOf(op))} {
		if strings.Contains(text.String(), form) {
			t.Errorf("the id is printed: %s", text.String())
		}
	}
	if want := "call " + op.ref; fmt.Sprint(op) != want || fmt.Sprintf("%#v", op) != want {
		t.Errorf("%v is not the reference", op)
	}
}

func TestReceiver_Open_idsAreLongAndDistinct(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	seen := map[string]bool{}
	for range 50 {
		text := idOf(f.open(t))
		// 26 characters of an alphabet of 32 hold 130 bits.
		if len(text) < 26 || seen[text] {
			t.Fatalf("id %q", text)
		}
		seen[text] = true
	}
}
