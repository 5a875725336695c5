package id_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

var key = []byte("0123456789abcdef0123456789abcdef")

func TestID_kindAndReference(t *testing.T) {
	t.Parallel()
	for _, kind := range []id.Kind{id.Order, id.Task, id.Probe} {
		made := id.New(kind, "prod/default", key)
		parsed, ok := id.Parse(made.Secret(), key)
		if !ok || parsed != made || parsed.Kind() != kind || parsed.Scope() != id.ScopeHash("prod/default") {
			t.Errorf("Parse returned %v, %v for an id of kind %c", parsed, ok, kind)
		}
		if hash, ok := id.HashOfRef(made.Ref()); !ok || hash != made.Hash() {
			t.Errorf("HashOfRef(%q) = %q, %v, want %q", made.Ref(), hash, ok, made.Hash())
		}
		if err := inbox.CheckKey("orders/" + made.Ref() + "/intent"); err != nil {
			t.Error(err)
		}
	}
}

func TestID_differsEachTime(t *testing.T) {
	t.Parallel()
	first, second := id.New(id.Order, "s", key), id.New(id.Order, "s", key)
	if first == second {
		t.Error("two ids are the same")
	}
}

func TestParse_rejectsEveryChangedCharacter(t *testing.T) {
	t.Parallel()
	text := id.New(id.Order, "s", key).Secret()
	for at := range text {
		for _, letter := range "aot2" {
			changed := text[:at] + string(letter) + text[at+1:]
			if _, ok := id.Parse(changed, key); ok && changed != text {
				t.Fatalf("an id whose character %d was changed is accepted", at)
			}
		}
	}
	for _, changed := range []string{"", text[:len(text)-1], text + "a", strings.ToUpper(text)} {
		if _, ok := id.Parse(changed, key); ok {
			t.Errorf("an id of %d characters is accepted", len(changed))
		}
	}
}

func TestParse_requiresTheKeyOfTheInbox(t *testing.T) {
	t.Parallel()
	if _, ok := id.Parse(id.New(id.Order, "s", key).Secret(), []byte("another key")); ok {
		t.Error("an id of another inbox is accepted")
	}
}

func TestID_isNotPrinted(t *testing.T) {
	t.Parallel()
	made := id.New(id.Order, "s", key)
	random := made.Secret()[9:35]
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if strings.Contains(fmt.Sprintf(format, made), random) {
			t.Errorf("%s prints the id", format)
		}
	}
	if strings.Contains(made.LogValue().String(), random) {
		t.Error("a log shows the id")
	}
}

func TestProof_isNotAValidID(t *testing.T) {
	t.Parallel()
	probe := id.New(id.Probe, "s", key)
	if strings.HasSuffix(probe.Secret(), probe.Proof(key)) || probe.Proof(key) == probe.Proof([]byte("another key")) {
		t.Error("proofs with different keys are equal")
	}
}
