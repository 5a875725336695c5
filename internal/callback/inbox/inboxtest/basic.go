package inboxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

func holdsValues(ctx context.Context, in Inbox) error {
	s := in.Open()
	large := bytes.Repeat([]byte{0, 0xff, '\n'}, 64<<10)
	return errors.Join(
		notExists(ctx, s, "a/b"),
		s.Delete(ctx, "a/b", "a/c"),
		s.Delete(ctx),
		created(ctx, s, "a/b", "first", true),
		created(ctx, s, "a/b", "other", false),
		created(ctx, s, "a/b", "", false),
		created(ctx, s, "a/b", "first", true),
		holds(ctx, s, "a/b", "first"),
		created(ctx, s, "a/empty", "", true),
		created(ctx, s, "a/empty", "", true),
		created(ctx, s, "a/empty", "x", false),
		holds(ctx, s, "a/empty", ""),
		created(ctx, s, "top", string(large), true),
		holds(ctx, s, "top", string(large)),
		s.Delete(ctx, "a/b", "none", "a/empty"),
		notExists(ctx, s, "a/b"),
		notExists(ctx, s, "a/empty"),
		holds(ctx, s, "top", string(large)),
		created(ctx, s, "a/b", "again", true),
		holds(ctx, s, "a/b", "again"),
	)
}

func replacesProcessesOnly(ctx context.Context, in Inbox) error {
	s := in.Open()
	const key = inbox.ProcessPrefix + "p1"
	var err error
	for _, value := range []string{"first", "second", ""} {
		err = errors.Join(err, s.Replace(ctx, key, []byte(value)), holds(ctx, s, key, value))
	}
	err = errors.Join(err, created(ctx, s, key, "third", false), created(ctx, s, "orders/a", "kept", true))
	if s.Replace(ctx, "orders/a", []byte("lost")) == nil {
		err = errors.Join(err, errors.New("Replace of orders/a is allowed"))
	}
	return errors.Join(err, holds(ctx, s, "orders/a", "kept"))
}

func listsByPrefix(ctx context.Context, in Inbox) error {
	s := in.Open()
	var failed error
	for i, key := range []string{"results/b", "results/a", "results/a2", "results/a-1", "orders/x/1", "orders/x/2", "orders/y", "top"} {
		failed = errors.Join(failed, created(ctx, s, key, strings.Repeat("x", i), true))
	}
	for prefix, want := range map[string]string{
		"":            "orders/x/1 orders/x/2 orders/y results/a results/a-1 results/a2 results/b top",
		"results/":    "results/a results/a-1 results/a2 results/b",
		"results/a":   "results/a results/a-1 results/a2",
		"results/a2x": "",
		"orders/":     "orders/x/1 orders/x/2 orders/y",
		"orders/x":    "orders/x/1 orders/x/2",
		"orders/x/":   "orders/x/1 orders/x/2",
		"o":           "orders/x/1 orders/x/2 orders/y",
		"none/":       "",
	} {
		listing, err := s.List(ctx, prefix)
		if got := strings.Join(keys(listing), " "); err != nil || got != want {
			failed = errors.Join(failed, err, fmt.Errorf("List(%q) returned %q, want %q", prefix, got, want))
		}
	}
	listing, err := s.List(ctx, "top")
	failed = errors.Join(failed, err)
	// An hour is longer than any listing takes, but short enough to notice a
	// wrong time zone.
	for _, e := range listing.Entries {
		if e.Size != 7 || listing.Now.Sub(e.Modified).Abs() > time.Hour {
			failed = errors.Join(failed, fmt.Errorf("an entry of 7 bytes that was just written is listed as %+v at %v", e, listing.Now))
		}
	}
	return failed
}

func refusesInvalidKeys(ctx context.Context, in Inbox) error {
	s := in.Open()
	var failed error
	for _, key := range []string{
		"", "/", "/etc/passwd", "a/", "a//b", "..", "a/../b", "../outside", ".hidden", "a/.hidden",
		`a\b`, "c:a", "Upper", "a b", "a\x00b", "ü", "a%2fb", "a?b", strings.Repeat("x", 129),
	} {
		_, createErr := s.Create(ctx, key, nil)
		_, getErr := s.Get(ctx, key)
		for call, err := range map[string]error{
			"Create": createErr, "Get": getErr, "Delete": s.Delete(ctx, "a", key), "Replace": s.Replace(ctx, key, nil),
			"Replace of a process": s.Replace(ctx, inbox.ProcessPrefix+key, nil),
		} {
			if err == nil || errors.Is(err, inbox.ErrNotExist) {
				failed = errors.Join(failed, err, fmt.Errorf("%s(%q) does not refuse the key", call, key))
			}
		}
	}
	for _, prefix := range []string{"../", "/", "a//", "Upper/", ".hidden"} {
		if _, err := s.List(ctx, prefix); err == nil {
			failed = errors.Join(failed, fmt.Errorf("List(%q) is allowed", prefix))
		}
	}
	return errors.Join(failed, listed(ctx, s, "", nil))
}

func doesNothingAfterEndOfContext(ctx context.Context, in Inbox) error {
	s := in.Open()
	failed := created(ctx, s, "orders/a", "kept", true)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, createErr := s.Create(ended, "orders/b", nil)
	_, getErr := s.Get(ended, "orders/a")
	_, listErr := s.List(ended, "")
	for call, err := range map[string]error{
		"Create": createErr, "Get": getErr, "List": listErr,
		"Delete": s.Delete(ended, "orders/a"), "Replace": s.Replace(ended, inbox.ProcessPrefix+"p1", nil),
	} {
		if !errors.Is(err, context.Canceled) {
			failed = errors.Join(failed, err, fmt.Errorf("%s does not return the end of its context", call))
		}
	}
	return errors.Join(failed, listed(ctx, s, "", []string{"orders/a"}))
}

func showsWritesToOthers(ctx context.Context, in Inbox) error {
	writer, reader := in.Open(), in.Open()
	var failed error
	var want []string
	for i := range 20 {
		key := fmt.Sprintf("results/%02d", i)
		want = append(want, key)
		failed = errors.Join(failed,
			notExists(ctx, reader, key),
			created(ctx, writer, key, "value", true),
			listed(ctx, reader, "results/", want),
			holds(ctx, reader, key, "value"))
	}
	for len(want) > 0 {
		failed = errors.Join(failed, writer.Delete(ctx, want[0]), notExists(ctx, reader, want[0]))
		want = want[1:]
		failed = errors.Join(failed, listed(ctx, reader, "results/", want))
	}
	return failed
}

// created calls Create and returns an error if the answer is not want.
func created(ctx context.Context, s inbox.Store, key, value string, want bool) error {
	got, err := s.Create(ctx, key, []byte(value))
	if err != nil || got != want {
		return errors.Join(err, fmt.Errorf("Create(%q) of %d bytes returned %v, want %v", key, len(value), got, want))
	}
	return nil
}

func holds(ctx context.Context, s inbox.Store, key, want string) error {
	got, err := s.Get(ctx, key)
	if err != nil || string(got) != want {
		return errors.Join(err, fmt.Errorf("%s holds %.40q of %d bytes, want %.40q of %d", key, got, len(got), want, len(want)))
	}
	return nil
}

func notExists(ctx context.Context, s inbox.Store, key string) error {
	if value, err := s.Get(ctx, key); !errors.Is(err, inbox.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("Get(%q) returned %q, want ErrNotExist", key, value))
	}
	return nil
}

func listed(ctx context.Context, s inbox.Store, prefix string, want []string) error {
	listing, err := s.List(ctx, prefix)
	if got := keys(listing); err != nil || !slices.Equal(got, want) {
		return errors.Join(err, fmt.Errorf("List(%q) returned %q, want %q", prefix, got, want))
	}
	return nil
}

// keys omits the format, which some Stores write.
func keys(listing inbox.Listing) []string {
	var found []string
	for _, e := range listing.Entries {
		if e.Key != inbox.FormatKey {
			found = append(found, e.Key)
		}
	}
	return found
}
