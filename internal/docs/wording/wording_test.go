package wording_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/docs/wording"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"It is ordered anew, in the place of the old one.":    {"anew", "in the place of"},
		"Take the desktops up, or give it up.":                {"Take the desktops up", "give it up"},
		"It goes with `client_key`. The plan tells nothing.":  {"goes with", "tells nothing"},
		"A result that is gone wins over what became of it.":  {"is gone", "wins over", "became of"},
		"It goes on all the same, and leaves it alone.":       {"goes on", "all the same", "leaves it alone"},
		"It was given out, is told, and wakes up in silence.": {"given out", "is told", "wakes up", "in silence"},
		"That is no error; these are no users.":               {"is no error", "are no users"},
		"There is no error, and it is no longer there.":       nil,
		"Requires `client_key`. The provider retries.":        nil,
		"The handover of a marshalled upgrade.":               nil,
	} {
		if diff := cmp.Diff(want, wording.Find(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestProse_keepsLines(t *testing.T) {
	t.Parallel()
	if got, want := wording.Prose("one\n```shell\ngive up\n```\ntwo"), "one\n\n\n\ntwo"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestComments_keepsLines(t *testing.T) {
	t.Parallel()
	if got, want := wording.Comments("package x\n// One.\nvar y = 1 // Two."), "\n One.\n Two."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCountWords(t *testing.T) {
	t.Parallel()
	if got := wording.CountWords("The user's state-of-the-art desktop, 4 GiB"); got != 5 {
		t.Errorf("got %d words, want 5", got)
	}
}
