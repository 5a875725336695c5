package callback

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// ended returns a context that has ended with errTimeout.
func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancelCause(logged(t))
	cancel(errTimeout)
	return ctx
}

// A stored result takes precedence over a context that has ended, whichever
// case a select chooses.
func TestPending_Wait_storedResultAfterTheContextEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for n := range 400 {
		p := f.open(t)
		if n%2 == 0 {
			f.inbox.put(t, p, secretBody) // By another process.
		} else if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		if body, err := p.Wait(ended(t), accept); err != nil || string(body) != secretBody {
			t.Fatalf("wait %d returned %q and %v", n, body, err)
		}
	}
}

func TestPending_Wait_resultAtTheMomentOfTheTimeout(t *testing.T) {
	t.Parallel()
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, nil)
			_, client := overPipes(f)
			p := f.open(t)
			ctx, cancel := context.WithTimeoutCause(logged(t), time.Minute, errTimeout)
			defer cancel()
			answered := make(chan int, 1)
			time.AfterFunc(time.Minute, func() { answered <- call(t, client, http.MethodPost, p.URL(), secretBody) })
			body, err := p.Wait(ctx, accept)
			status := <-answered
			// Either Wait returned it, or the next Wait finds it.
			if err != nil {
				body, err = p.Wait(logged(t), accept)
			}
			if err != nil || string(body) != secretBody || status != http.StatusOK {
				t.Errorf("status %d, result %q and %v", status, body, err)
			}
		})
	}
}

// A call that waits in the process that received its callback gets the result
// even if the inbox cannot store it.
func TestPending_Wait_resultThatCannotBeStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		p := f.open(t)
		f.inbox.fail(errors.New("no space left on device"))
		start := time.Now()
		answered := make(chan int, 1)
		go func() { answered <- call(t, client, http.MethodPost, p.URL(), secretBody) }()
		if body := wait30(t, p); body != secretBody || time.Since(start) > 6*time.Second {
			t.Errorf("got %q after %s", body, time.Since(start))
		}
		// The service gets 503, because its callback is not stored.
		if status := <-answered; status != http.StatusServiceUnavailable || time.Since(start) != 20*time.Second {
			t.Errorf("status %d after %s", status, time.Since(start))
		}
	})
}

// hanging is an inbox whose writes never return.
type hanging struct{ *inboxtest.Memory }

func (h hanging) Create(ctx context.Context, key string, value []byte) (bool, error) {
	if key == "key" {
		return h.Memory.Create(ctx, key, value)
	}
	<-ctx.Done()
	return false, context.Cause(ctx)
}

func TestPending_Wait_inboxThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(cfg *Config) { cfg.Store = hanging{inboxtest.NewMemory()} })
		_, client := overPipes(f)
		p := f.open(t)
		start := time.Now()
		answered := make(chan int, 1)
		go func() { answered <- call(t, client, http.MethodPost, p.URL(), secretBody) }()
		if body := wait30(t, p); body != secretBody || time.Since(start) > 6*time.Second {
			t.Errorf("got %q after %s", body, time.Since(start))
		}
		if status := <-answered; status != http.StatusServiceUnavailable {
			t.Errorf("status %d", status)
		}
	})
}

func TestPending_Wait_errorListsOtherCallbacks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		_, client := overPipes(f)
		p := f.open(t)
		for body, want := range map[string]int{
			`{"status":"1"}`:           http.StatusOK,
			`{"status":"1","data":{}}`: http.StatusOK,
			"\xd5\xc5 hunter2":         http.StatusOK,
			secretBody + strings.Repeat(" ", receiver.MaxBody): http.StatusRequestEntityTooLarge,
		} {
			if status := call(t, client, http.MethodPost, p.URL(), body); status != want {
				t.Errorf("%.40q: status %d, want %d", body, status, want)
			}
		}
		// One that another process received.
		other := receiver.Evidence{Reason: "it is empty"}
		if err := other.Store(t.Context(), f.inbox, p.Ref()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeoutCause(logged(t), time.Minute, errTimeout)
		defer cancel()
		_, err := p.Wait(ctx, accept)
		if !errors.Is(err, errTimeout) {
			t.Fatalf("Wait: %v", err)
		}
		const want = `no callback within 30 minutes; 5 callbacks arrived that are not the result: it is empty; it is not UTF-8; ` +
			`its status is "1", neither success (0) nor failure (-1) (2 times); refused, because the body is larger than 64 KiB`
		if err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	})
}

func TestPending_Wait_rejectedResultIsEvidence(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.open(t)
	known := strings.ReplaceAll(secretBody, `"u"`, `"known"`)
	check := func(body []byte) error {
		if strings.Contains(string(body), "known") {
			return errors.New("its desktop existed before")
		}
		return nil
	}
	if status := call(t, client, http.MethodPost, p.URL(), known); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	_, err := p.Wait(ended(t), check)
	if want := errTimeout.Error() + "; one callback arrived that is not the result: its desktop existed before"; err == nil || err.Error() != want {
		t.Fatalf("got %v, want %s", err, want)
	}
	all, err := receiver.ReadEvidence(t.Context(), f.inbox, p.Ref())
	if err != nil || len(all) != 1 || string(all[0].Body) != known {
		t.Errorf("the evidence is %v (%v)", all, err)
	}
	if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if body, err := p.Wait(ended(t), check); err != nil || string(body) != secretBody {
		t.Errorf("got %s and %v", body, err)
	}
	if err := p.End(t.Context()); err != nil || len(f.inbox.keys(t)) != 0 {
		t.Errorf("the inbox still holds %q (%v)", f.inbox.keys(t), err)
	}
}

// The result arrived after a callback that is not the result, so the receiver
// stored it as evidence.
func TestPending_Wait_findsTheResultAmongTheEvidence(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.open(t)
	known := strings.ReplaceAll(secretBody, `"u"`, `"known"`)
	for _, body := range []string{known, secretBody} {
		if status := call(t, client, http.MethodPost, p.URL(), body); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
	}
	body, err := p.Wait(ended(t), func(body []byte) error {
		if strings.Contains(string(body), "known") {
			return errors.New("its desktop existed before")
		}
		return nil
	})
	if err != nil || string(body) != secretBody {
		t.Errorf("got %s and %v", body, err)
	}
}

func TestReceiver_Resume(t *testing.T) {
	t.Parallel()
	store := inboxtest.NewMemory()
	first := newFixture(t, func(cfg *Config) { cfg.Store = store })
	p := first.open(t)
	if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	second := newFixture(t, func(cfg *Config) { cfg.Store = store })
	resumed, err := second.Resume(p.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if body := wait(t, resumed); body != secretBody || resumed.URL() != "" {
		t.Errorf("got %s from %q", body, resumed.URL())
	}
	if _, err := second.Resume("no reference"); err == nil {
		t.Error("Resume accepts an invalid reference")
	}
}

func TestReceiver_Open_kindsOfCalls(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.Scope = "prod/default" })
	for _, kind := range []id.Kind{id.Order, id.Task} {
		p, err := f.Open(logged(t), kind)
		if err != nil {
			t.Fatal(err)
		}
		made, ok := id.Parse(idOf(p), f.key)
		if !ok || made.Kind() != kind || made.Scope() != id.ScopeHash("prod/default") || made.Ref() != p.Ref() {
			t.Errorf("the id of kind %c is %v", kind, made)
		}
	}
}

// Results are sealed in the inbox, and only this process can open them.
func TestPending_Wait_opensSealedResults(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) {
		cfg.Seal = func(_ context.Context, _ receiver.Inbox, _ id.ID, body []byte) ([]byte, error) {
			return append([]byte("sealed"), body...), nil
		}
		cfg.Unseal = func(value []byte) ([]byte, error) { return value[len("sealed"):], nil }
	})
	p := f.open(t)
	if status := call(t, client, http.MethodPost, p.URL(), secretBody); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if body := wait(t, p); body != secretBody {
		t.Errorf("got %s", body)
	}
}
