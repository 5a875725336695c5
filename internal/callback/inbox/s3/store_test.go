package s3

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/inboxtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

func TestStore_passesTheSuite(t *testing.T) {
	t.Parallel()
	inboxtest.Run(t, func(t *testing.T) inboxtest.Inbox {
		t.Helper()
		s, err := s3test.Start(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		in := suiteInbox(t, s.Address(newBucket(t, s)))
		in.Restart = func() error { return s.Restart(t.Context()) }
		return in
	})
}

func TestStore_passesTheSuiteInEachDialect(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]s3test.Dialect{"OBS": s3test.OBS, "COS": s3test.COS, "OSS": s3test.OSS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inboxtest.Run(t, func(t *testing.T) inboxtest.Inbox {
				t.Helper()
				p, address := proxy(t)
				p.SetDialect(dialect)
				return suiteInbox(t, address)
			})
		})
	}
}

func suiteInbox(t *testing.T, address string) inboxtest.Inbox {
	t.Helper()
	return inboxtest.Inbox{
		Open: func() inbox.Store { return open(t, address) },
		LoseAnswer: func() inbox.Store {
			lossy := openThrough(t, address, newTransport(t))
			if _, err := lossy.condition(t.Context()); err != nil {
				t.Fatal(err)
			}
			lossy.client.http = &http.Client{Transport: &losesAnswers{RoundTripper: newTransport(t)}}
			return lossy
		},
	}
}

// Each write takes effect, and its first answer is lost.
func TestStore_retriesALostAnswer(t *testing.T) {
	t.Parallel()
	p, address := proxy(t)
	s := open(t, address)
	if _, err := s.condition(t.Context()); err != nil {
		t.Fatal(err)
	}
	var writes atomic.Int32
	p.Fail(func(r *http.Request) s3test.Fault {
		return s3test.Fault{Lose: r.Method != http.MethodGet && writes.Add(1)%2 == 1}
	})
	for n := range 5 {
		key := fmt.Sprint("orders/a/turn-", n)
		for _, c := range []struct {
			value string
			want  bool
		}{{"mine", true}, {"mine", true}, {"other", false}} {
			if got, err := s.Create(t.Context(), key, []byte(c.value)); got != c.want || err != nil {
				t.Errorf("Create of %s returned %v, %v", c.value, got, err)
			}
		}
		if value, err := s.Get(t.Context(), key); string(value) != "mine" || err != nil {
			t.Errorf("%s holds %q (%v)", key, value, err)
		}
		if err := s.Delete(t.Context(), key); err != nil {
			t.Error(err)
		}
	}
}

func TestStore_retriesTemporaryErrors(t *testing.T) {
	t.Parallel()
	for _, fault := range []s3test.Fault{
		{Status: 409, Code: "ConditionalRequestConflict"},
		{Status: 409, Code: "OperationAborted"},
		{Status: 409, Code: "ExistingObjectIsDirectory"},
		{Status: 503, Code: "SlowDown"},
		{Status: 500, Code: "InternalError"},
		{Status: 502},
		{Status: 504},
		{Status: 429},
		{Status: 408},
		{Status: 400, Code: "RequestTimeout"},
	} {
		t.Run(fmt.Sprintf("%d %s", fault.Status, fault.Code), func(t *testing.T) {
			t.Parallel()
			p, address := proxy(t)
			s := open(t, address)
			if _, err := s.condition(t.Context()); err != nil {
				t.Fatal(err)
			}
			var calls atomic.Int32
			p.Fail(func(*http.Request) s3test.Fault {
				if calls.Add(1)%inbox.MaxTries != 0 {
					return fault
				}
				return s3test.Fault{}
			})
			if won, err := s.Create(t.Context(), "orders/a", []byte("x")); !won || err != nil {
				t.Errorf("Create returned %v, %v", won, err)
			}
			if calls.Load() != inbox.MaxTries {
				t.Errorf("%d requests", calls.Load())
			}
			p.Fail(func(*http.Request) s3test.Fault { return fault })
			if won, err := s.Create(t.Context(), "orders/b", []byte("x")); won || err == nil {
				t.Errorf("Create returned %v, %v although each request fails", won, err)
			}
			if total := p.Requests()[http.MethodPut]; total > 100 {
				t.Errorf("%d requests", total)
			}
		})
	}
}

func TestStore_listsMoreThanAPage(t *testing.T) {
	t.Parallel()
	p, address := proxy(t)
	s := open(t, address)
	var want []string
	for n := range 25 {
		key := fmt.Sprintf("results/%02d", n)
		want = append(want, key)
		if _, err := s.Create(t.Context(), key, nil); err != nil {
			t.Fatal(err)
		}
	}
	pages := 0
	p.Fail(func(r *http.Request) s3test.Fault {
		if query := r.URL.Query(); query.Get("list-type") == "2" {
			pages++
			query.Set("max-keys", "7")
			r.URL.RawQuery = query.Encode()
		}
		return s3test.Fault{}
	})
	listing, err := s.List(t.Context(), "results/")
	var got []string
	for _, e := range listing.Entries {
		got = append(got, e.Key)
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || pages != 4 {
		t.Errorf("%d pages, %v\n%s", pages, err, diff)
	}
}

func TestStore_separatesPrefixes(t *testing.T) {
	t.Parallel()
	s := server(t)
	bucket := newBucket(t, s)
	address := func(prefix string) string {
		return strings.Replace(s.Address(bucket), "some/prefix", prefix, 1)
	}
	for _, prefix := range []string{"", "a", "a/b", "a-b"} {
		if won, err := open(t, address(prefix)).Create(t.Context(), "results/x", []byte(prefix)); !won || err != nil {
			t.Errorf("Create below %q returned %v, %v", prefix, won, err)
		}
	}
	for _, prefix := range []string{"a", "a/b", "a-b"} {
		listing, err := open(t, address(prefix)).List(t.Context(), "results/")
		if err != nil || len(listing.Entries) != 1 || listing.Entries[0].Key != "results/x" {
			t.Errorf("List below %q returned %+v, %v", prefix, listing, err)
		}
	}
}

// otherClock answers like a service whose clock differs from that of this
// machine.
type otherClock struct {
	http.RoundTripper
	now time.Time
}

func (o *otherClock) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := o.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Header.Set("Date", o.now.Format(http.TimeFormat))
	}
	return resp, err
}

// What is old is decided by the clock that dated it.
func TestStore_listsTheTimeOfTheService(t *testing.T) {
	t.Parallel()
	s := server(t)
	want := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	store := openThrough(t, s.Address(newBucket(t, s)), &otherClock{newTransport(t), want})
	listing, err := store.List(t.Context(), "")
	if err != nil || !listing.Now.Equal(want) {
		t.Errorf("it is %v (%v), want %v", listing.Now, err, want)
	}
}
