package s3

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
)

func TestStore_findsTheSupportedCondition(t *testing.T) {
	t.Parallel()
	notImplemented := func(r *http.Request) s3test.Fault {
		if r.Header.Get("If-None-Match") != "" {
			return s3test.Fault{Status: http.StatusNotImplemented, Code: "NotImplemented"}
		}
		return s3test.Fault{}
	}
	for name, c := range map[string]struct {
		dialect *s3test.Dialect
		fault   func(*http.Request) s3test.Fault
		want    string
	}{
		"standard":             {nil, nil, "if-none-match"},
		"OBS":                  {&s3test.OBS, nil, "x-obs-forbid-overwrite"},
		"OBS that answers 501": {&s3test.OBS, notImplemented, "x-obs-forbid-overwrite"},
		"COS":                  {&s3test.COS, nil, "x-cos-forbid-overwrite"},
		"OSS":                  {&s3test.OSS, nil, "x-oss-forbid-overwrite"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, address := proxy(t)
			if c.dialect != nil {
				p.SetDialect(*c.dialect)
			}
			p.Fail(c.fault)
			// Three clients start to use a new bucket at the same moment.
			var clients sync.WaitGroup
			for range 3 {
				s := open(t, address)
				clients.Go(func() {
					if how, err := s.condition(t.Context()); how.name != c.want || err != nil {
						t.Errorf("the condition is %q (%v), want %q", how.name, err, c.want)
					}
				})
			}
			clients.Wait()
			assertFormat(t, open(t, address), c.want)
			p.Fail(nil)
			before := p.Requests()[http.MethodPut]
			if won, err := open(t, address).Create(t.Context(), "orders/a", nil); !won || err != nil {
				t.Errorf("Create returned %v, %v", won, err)
			}
			if got := p.Requests()[http.MethodPut] - before; got != 1 {
				t.Errorf("a client that finds the condition in %s sent %d PUT", inbox.FormatKey, got)
			}
		})
	}
}

// assertFormat checks that the bucket contains only format.json with the
// condition want.
func assertFormat(t *testing.T, s *Store, want string) {
	t.Helper()
	value, err := s.Get(t.Context(), inbox.FormatKey)
	if err != nil {
		t.Fatal(err)
	}
	var got inbox.Format
	if err := json.Unmarshal(value, &got); err != nil || got != (inbox.Format{Version: 1, Create: want}) {
		t.Errorf("%s holds %s (%v), want %q", inbox.FormatKey, value, err, want)
	}
	listing, err := s.List(t.Context(), "")
	if err != nil || len(listing.Entries) != 1 {
		t.Errorf("the bucket holds %+v (%v), want %s only", listing.Entries, err, inbox.FormatKey)
	}
	if _, err := s.client.get(t.Context(), probePrefix); err == nil {
		t.Error("a probe is left")
	}
}

func TestStore_refusesABucketWithoutConditions(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*http.Request) s3test.Fault{
		"ignores": nil,
		"answers 501": func(r *http.Request) s3test.Fault {
			if r.Method == http.MethodPut {
				return s3test.Fault{Status: http.StatusNotImplemented, Code: "NotImplemented"}
			}
			return s3test.Fault{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, address := proxy(t)
			p.SetDialect(s3test.Ignores)
			p.Fail(fault)
			s := open(t, address)
			won, createErr := s.Create(t.Context(), "orders/a/intent", []byte("x"))
			for call, err := range map[string]error{"Create": createErr, "Replace": s.Replace(t.Context(), "processes/a", nil)} {
				if won || err == nil || !strings.Contains(err.Error(), "cannot be an inbox: it offers no way to create an object only if it does not exist") {
					t.Errorf("%s returned %v, %v", call, won, err)
				}
			}
			if listing, err := s.List(t.Context(), ""); len(listing.Entries) != 0 || err != nil {
				t.Errorf("the bucket holds %+v (%v)", listing.Entries, err)
			}
		})
	}
}

func TestStore_vendorConditionRequiresNoVersioning(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"Enabled", "Suspended"} {
		p, address := proxy(t)
		p.SetDialect(s3test.OBS)
		s := openThrough(t, address, &versioned{newTransport(t), status})
		won, err := s.Create(t.Context(), "orders/a", nil)
		if won || err == nil || !strings.Contains(err.Error(), "versioning is or was enabled") {
			t.Errorf("%s: Create returned %v, %v", status, won, err)
		}
		// Versioning may be enabled after the first use.
		if won, err := open(t, address).Create(t.Context(), "orders/a", nil); !won || err != nil {
			t.Errorf("Create returned %v, %v", won, err)
		}
		s = openThrough(t, address, &versioned{newTransport(t), status})
		if won, err := s.Create(t.Context(), "orders/b", nil); won || err == nil || !strings.Contains(err.Error(), "versioning is or was enabled") {
			t.Errorf("%s after the first use: Create returned %v, %v", status, won, err)
		}
	}
}

func TestStore_refusesANewerLayout(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		`{"version":2,"create":"if-none-match"}`: "upgrade the provider",
		`{"version":1,"create":"new-way"}`:       `names the condition "new-way"`,
		`{"version":`:                            "format.json of the inbox is damaged",
		`{}`:                                     "format.json of the inbox is damaged",
	} {
		s := server(t)
		address := s.Address(newBucket(t, s))
		first := open(t, address)
		if _, err := first.client.create(t.Context(), conditions[0], inbox.FormatKey, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if won, err := open(t, address).Create(t.Context(), "orders/a", nil); won || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: Create returned %v, %v, want %q", content, won, err, want)
		}
		if _, err := open(t, address).List(t.Context(), ""); strings.Contains(content, "new-way") != (err == nil) {
			t.Errorf("%s: List returned %v", content, err)
		}
	}
}

// versioned answers requests for the versioning state of the bucket.
type versioned struct {
	http.RoundTripper
	status string
}

func (v *versioned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Has("versioning") {
		return newAnswer(r, http.StatusOK, "<VersioningConfiguration><Status>"+v.status+"</Status></VersioningConfiguration>"), nil
	}
	return v.RoundTripper.RoundTrip(r)
}
