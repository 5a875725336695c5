package relay

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

func TestRelay_storesCallbacks(t *testing.T) {
	t.Parallel()
	r := start(t)
	made := r.order(t, `{}`)
	for range 2 { // The service may repeat a callback.
		if status := post(t, r.callbackURL(made), result); status != http.StatusOK {
			t.Errorf("the callback is answered with %d", status)
		}
	}
	if value, err := r.store.Get(t.Context(), ledger.ResultKey(made.Ref())); string(value) != result || err != nil {
		t.Errorf("the inbox holds %q (%v)", value, err)
	}
	if status := post(t, r.url+"/proxy/path"+receiver.Path+"/"+r.order(t, `{}`).Secret()+"/?a=b", result); status != http.StatusOK {
		t.Errorf("a callback below another path is answered with %d", status)
	}
	logged := r.logs.String()
	if code := r.stop(); code != exitOK {
		t.Errorf("the relay ended with %d", code)
	}
	for _, secret := range []string{"hunter2", made.Secret()} {
		if strings.Contains(logged, secret) {
			t.Errorf("the log shows %q:\n%s", secret, logged)
		}
	}
	if !strings.Contains(logged, `"msg":"callback","call":"`+made.Ref()+`","outcome":"stored"`) {
		t.Errorf("the log lacks the callback:\n%s", logged)
	}
}

func TestRelay_keepsCallbacksOfEndedOrdersWithoutPassword(t *testing.T) {
	t.Parallel()
	r := start(t)
	ended := r.order(t, `{}`)
	if _, err := r.store.Create(t.Context(), ledger.TurnKey(ended.Ref(), 1), []byte(`{"kind":"closed"}`)); err != nil {
		t.Fatal(err)
	}
	unknown := id.New(id.Order, "prod", r.key) // An id of an order without an intent.
	for _, made := range []id.ID{ended, unknown} {
		if status := post(t, r.callbackURL(made), result); status != http.StatusOK {
			t.Errorf("a callback of an ended order is answered with %d", status)
		}
		if _, err := r.store.Get(t.Context(), ledger.ResultKey(made.Ref())); !errors.Is(err, inbox.ErrNotExist) {
			t.Errorf("there is a result: %v", err)
		}
		evidence, err := receiver.ReadEvidence(t.Context(), r.store, made.Ref())
		if err != nil || len(evidence) != 1 || strings.Contains(string(evidence[0].Body), "hunter2") || !strings.Contains(string(evidence[0].Body), "u-1") {
			t.Errorf("the evidence is %v (%v)", evidence, err)
		}
	}
}

// A relay with another inbox has another key, so its ids are not valid here.
func TestRelay_refusesCallbacksOfAnotherInbox(t *testing.T) {
	t.Parallel()
	r, other := start(t), start(t)
	made := other.order(t, `{}`)
	if status := post(t, r.callbackURL(made), result); status != http.StatusNotFound {
		t.Errorf("it is answered with %d", status)
	}
}

func TestRelay_sealsToAllRecipients(t *testing.T) {
	t.Parallel()
	var identities []*seal.Identities
	var names []string
	for range 3 {
		key, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := seal.ParseIdentities(key.String())
		if err != nil {
			t.Fatal(err)
		}
		identities, names = append(identities, parsed), append(names, key.Recipient().String())
	}
	r := start(t, "--recipient", names[0], "--recipient", names[1])
	plain := start(t)
	for label, c := range map[string]struct {
		relay *running
		made  id.ID
		opens []bool
	}{
		"the relay's":                 {r, r.order(t, `{}`), []bool{true, true, false}},
		"the relay's and the order's": {r, r.order(t, `{"recipient":"`+names[2]+`"}`), []bool{true, true, true}},
		"the order's":                 {plain, plain.order(t, `{"recipient":"`+names[2]+`"}`), []bool{false, false, true}},
		"a task":                      {r, id.New(id.Task, "prod", r.key), []bool{true, true, false}},
	} {
		if status := post(t, c.relay.callbackURL(c.made), result); status != http.StatusOK {
			t.Errorf("%s: the callback is answered with %d", label, status)
		}
		value, err := c.relay.store.Get(t.Context(), receiver.ResultKey(c.made.Hash()))
		if err != nil || strings.Contains(string(value), "hunter2") {
			t.Errorf("%s: the inbox holds %q (%v)", label, value, err)
			continue
		}
		for n, want := range c.opens {
			opened, err := identities[n].Open(value)
			if (string(opened) == result) != want || (err == nil) != want {
				t.Errorf("%s: identity %d opens it to %q (%v)", label, n, opened, err)
			}
		}
	}
}

func TestRelay_servesItsInboxWithTheToken(t *testing.T) {
	t.Parallel()
	r := start(t, "--token-file", tokenFile(t))
	open := func(token string) *https.Store {
		s, err := https.New(https.Config{URL: r.url + "/behind/a/proxy", Token: token, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(token)
	made := r.order(t, `{}`)
	seen, err := s.Wait(t.Context(), receiver.ResultPrefix, "")
	if err != nil {
		t.Fatal(err)
	}
	if status := post(t, r.callbackURL(made), result); status != http.StatusOK {
		t.Errorf("the callback is answered with %d", status)
	}
	if _, err := s.Wait(t.Context(), receiver.ResultPrefix, seen); err != nil {
		t.Error(err)
	}
	if value, err := s.Get(t.Context(), ledger.ResultKey(made.Ref())); string(value) != result || err != nil {
		t.Errorf("the client gets %q (%v)", value, err)
	}
	if _, err := open("wrong").List(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "does not accept the token") {
		t.Errorf("a wrong token: %v", err)
	}
	if status, _ := get(t, start(t).url+"/v1/inbox/list"); status != http.StatusNotFound {
		t.Errorf("a relay without a token answers %d to the inbox protocol", status)
	}
	if strings.Contains(r.logs.String(), token) {
		t.Error("the log shows the token")
	}
}

func TestRelay_reportsHealthAndMetrics(t *testing.T) {
	t.Parallel()
	r := start(t)
	if status, body := get(t, r.url+"/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("/healthz answers %d %q", status, body)
	}
	post(t, r.callbackURL(r.order(t, `{}`)), result)
	post(t, r.callbackURL(r.order(t, `{}`)), "not JSON")
	post(t, r.url+receiver.Path+"/unknown", result)
	_, text := get(t, r.url+"/metrics")
	for _, want := range []string{
		`clouddesktop_relay_callbacks_total{outcome="stored"} 1`,
		`clouddesktop_relay_callbacks_total{outcome="not final"} 1`,
		`clouddesktop_relay_unknown_requests_total 1`,
		`clouddesktop_relay_callback_duration_seconds_count 2`,
		`clouddesktop_relay_callback_duration_seconds_bucket{le="+Inf"} 2`,
		`# TYPE clouddesktop_relay_store_duration_seconds histogram`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
}
