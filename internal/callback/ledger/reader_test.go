package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
)

// A Reader that has read other listings returns the same View as a new one.
func TestReader_viewAfterOtherViews(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		store := inboxtest.NewMemory()
		kept := readerOf(t.Context(), store)
		for range rapid.IntRange(1, 12).Draw(rt, "views") {
			for range rapid.IntRange(0, 4).Draw(rt, "changes") {
				changeAKey(t.Context(), rt, store)
			}
			listing, err := store.List(t.Context(), "")
			if err != nil {
				rt.Fatal(err)
			}
			if rapid.IntRange(0, 3).Draw(rt, "late") == 0 {
				// A key is deleted before it is read, or its value is known.
				changeAKey(t.Context(), rt, store)
				if _, err := kept.View(listing); err != nil {
					rt.Fatal(err)
				}
				continue
			}
			got, gotErr := kept.View(listing)
			want, wantErr := readerOf(t.Context(), store).View(listing)
			if diff := cmp.Diff(want, got); diff != "" || (gotErr == nil) != (wantErr == nil) {
				rt.Fatalf("errors %v and %v, views (-new +kept):\n%s", wantErr, gotErr, diff)
			}
		}
	})
}

// A Reader reads an order again only if its keys have changed.
func TestReader_readsChangedOrdersOnly(t *testing.T) {
	t.Parallel()
	store := inboxtest.NewMemory()
	r, read := readerOf(t.Context(), store), []string(nil)
	value := r.Value
	r.Value = func(e inbox.Entry) ([]byte, error) {
		read = append(read, e.Key)
		return value(e)
	}
	view := func(created ...string) {
		for _, key := range created {
			if _, err := store.Create(t.Context(), key, []byte(`{"process":"p","kind":"claimed"}`)); err != nil {
				t.Fatal(err)
			}
		}
		read = nil
		listing, err := store.List(t.Context(), "")
		if err == nil {
			_, err = r.View(listing)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	view("orders/a/intent", "orders/b/accepted", "orders/b/intent", "orders/c/intent")
	view("orders/b/turn-1")
	if want := []string{"orders/b/intent", "orders/b/turn-1"}; !cmp.Equal(read, want) {
		t.Errorf("after a turn of b, %v were read", read)
	}
	view()
	if read != nil {
		t.Errorf("without a change, %v were read", read)
	}
}

func readerOf(ctx context.Context, store inbox.Store) *Reader {
	return &Reader{
		Scope: "prod",
		Value: func(e inbox.Entry) ([]byte, error) {
			value, err := store.Get(ctx, e.Key)
			if err != nil {
				return nil, nil //nolint:nilerr // It was deleted.
			}
			return value, nil
		},
		Decode: func(o *Order, body []byte) Result { return Result{Kind: ResultFailure, Message: o.Ref + string(body)} },
		Opens:  func(string) bool { return false },
	}
}

// changeAKey creates a key, or deletes it if it exists.
func changeAKey(ctx context.Context, rt *rapid.T, store inbox.Store) {
	ref := rapid.SampledFrom([]string{"aaaaaaaa-bbbbbbbbbbbbbbbb", "aaaaaaaa-cccccccccccccccc", "zzzzzzzz-aaaaaaaaaaaaaaaa", "x", "x-y"}).Draw(rt, "ref")
	key := rapid.SampledFrom([]string{
		"orders/" + ref + "/intent", "orders/" + ref + "/turn-1", "orders/" + ref + "/turn-2", "orders/" + ref + "/disk-9", "orders/" + ref + "/refused",
		"orders/" + ref + "/accepted", "orders/" + ref + "/unsent", "evidence/" + ref + "/e", ResultKey(ref),
		"terms/" + id.ScopeHash("prod") + "/1", "terms/" + id.ScopeHash("prod") + "/2", "terms/other/1", "processes/p",
	}).Draw(rt, "key")
	if _, err := store.Get(ctx, key); err == nil {
		if err := store.Delete(ctx, key); err != nil {
			rt.Fatal(err)
		}
		return
	}
	n := rapid.IntRange(0, 2).Draw(rt, "value")
	value := fmt.Sprintf(`{"kind":"claimed","process":"p%d","scope":"s%d","message":"m%d","recipient":"r"}`, n, n, n)
	if _, err := store.Create(ctx, key, []byte(value)); err != nil && inbox.CheckKey(key) == nil {
		rt.Fatal(err)
	}
}

// A new List removes the callbacks that are not in the inbox any more, because
// they contain passwords.
func TestLedger_forgetsRemovedValues(t *testing.T) {
	t.Parallel()
	store := inboxtest.NewMemory()
	l := New(Config{
		Store: store, Scope: "prod", Age: func() time.Duration { return 0 },
		Decode: func([]byte) Result { return Result{Kind: ResultSuccess} }, Open: func(value []byte) ([]byte, error) { return value, nil },
		Opens: func(string) bool { return false },
	})
	ref := id.New(id.Order, "prod", []byte("key")).Ref()
	intent := Intent{Kind: Kind{UserGroup: "dev"}, Scope: "prod", Process: "p", Term: 1}
	for key, value := range map[string][]byte{
		IntentKey(ref): encode(intent), ResultKey(ref): []byte("secret"), baselineKey("prod", 1, intent.Kind): []byte("{}"),
	} {
		if _, err := store.Create(t.Context(), key, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, removed := range []bool{false, true} {
		if removed {
			if err := store.Delete(t.Context(), ResultKey(ref)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := l.View(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, cached := l.cache[ResultKey(ref)]
		_, decoded := l.results[ResultKey(ref)]
		if cached == removed || decoded == removed || len(l.cache) < 2 {
			t.Errorf("removed %v: the memory holds %v (%v)", removed, l.cache, l.results)
		}
	}
}

// A List may miss the desktops that existed before an order. Its result is then
// decoded again.
func TestLedger_decodesAgainWithTheBaseline(t *testing.T) {
	t.Parallel()
	store := inboxtest.NewMemory()
	l := New(Config{
		Store: store, Decode: func(body []byte) Result { return Result{Kind: ResultSuccess, UUID: string(body)} },
		Open: func(value []byte) ([]byte, error) { return value, nil },
	})
	o := &Order{Ref: id.New(id.Order, "prod", []byte("key")).Ref(), Intent: &Intent{Kind: Kind{UserGroup: "dev"}, Scope: "prod", Term: 1}}
	value := []byte("old")
	if got := l.decode(t.Context(), inbox.Listing{}, o, value); got.Kind != ResultSuccess {
		t.Errorf("without the desktops the result is %v", got)
	}
	baseline := encode(Baseline{Name: "dev", Desktops: []Desktop{{UUID: "old"}}})
	if _, err := store.Create(t.Context(), baselineKey("prod", 1, o.Intent.Kind), baseline); err != nil {
		t.Fatal(err)
	}
	listing, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := l.decode(t.Context(), listing, o, value); got.Kind != ResultNotFinal {
			t.Errorf("with the desktops the result is %v", got)
		}
	}
	if got := l.decode(t.Context(), listing, o, []byte("new")); got.Kind != ResultSuccess {
		t.Errorf("another value led to %v", got)
	}
}
