package receiver_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

func TestHandler_endedOrder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind       id.Kind
		sent, kept string
		ended      []bool // One answer for each call of Ended.
	}{
		"ended":                     {id.Order, body, `{"data":{"desktop_uuid":"u","username":"dev_01"},"message":"","status":"0"}`, []bool{true}},
		"ended meanwhile":           {id.Order, body, `{"data":{"desktop_uuid":"u","username":"dev_01"},"message":"","status":"0"}`, []bool{false, true}},
		"ended, not JSON":           {id.Order, "hunter2", "", []bool{true}},
		"a resize that ended":       {id.Task, body, "-", []bool{true}},
		"a resize, ended meanwhile": {id.Task, body, "-", []bool{false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(func(c *receiver.Config) {
				c.Ended = func(context.Context, receiver.Inbox, id.ID) (bool, error) {
					answer := test.ended[0]
					test.ended = test.ended[1:]
					return answer, nil
				}
			})
			made := id.New(test.kind, "s", key)
			if status := f.post(t, made, test.sent); status != http.StatusOK || f.result(t, made) != "" {
				t.Errorf("status %d, stored is %q", status, f.result(t, made))
			}
			var want []receiver.Evidence
			if test.kept != "-" {
				want = []receiver.Evidence{{Reason: "the call had ended", Body: []byte(test.kept)}}
			}
			if diff := cmp.Diff(want, f.evidence(t, made), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]receiver.Outcome{receiver.Ended}, f.outcomes()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// If it cannot be looked up whether a call has ended, the call may still wait.
func TestHandler_endThatCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	f := newFixture(func(c *receiver.Config) {
		c.Ended = func(context.Context, receiver.Inbox, id.ID) (bool, error) {
			return true, errors.New("bucket unreachable")
		}
	})
	made := id.New(id.Order, "s", key)
	if status := f.post(t, made, body); status != http.StatusOK || f.result(t, made) != body {
		t.Errorf("status %d, stored is %q", status, f.result(t, made))
	}
}

func TestHandler_seals(t *testing.T) {
	t.Parallel()
	f := newFixture(func(c *receiver.Config) {
		c.Seal = func(_ context.Context, _ receiver.Inbox, _ id.ID, body []byte) ([]byte, error) {
			return append([]byte("sealed "), bytes.ReplaceAll(body, []byte("hunter2"), []byte("*"))...), nil
		}
	})
	made := id.New(id.Order, "s", key)
	f.post(t, made, "hunter2")
	f.post(t, made, body)
	if got := f.result(t, made); !strings.HasPrefix(got, "sealed ") || strings.Contains(got, "hunter2") {
		t.Errorf("stored is %s", got)
	}
	if all := f.evidence(t, made); len(all) != 1 || string(all[0].Body) != "sealed *" {
		t.Errorf("the evidence is %+v", all)
	}
}

func TestHandler_sealThatFails(t *testing.T) {
	t.Parallel()
	f := newFixture(func(c *receiver.Config) {
		c.Seal = func(context.Context, receiver.Inbox, id.ID, []byte) ([]byte, error) {
			return nil, errors.New("no recipient")
		}
	})
	made := id.New(id.Order, "s", key)
	if status := f.post(t, made, body); status != http.StatusServiceUnavailable || f.result(t, made) != "" {
		t.Errorf("status %d, stored is %q", status, f.result(t, made))
	}
}

// The disk is full for ten seconds. The service waits for its answer, but an
// order that waits in this process gets the callback immediately.
func TestHandler_inboxThatRecovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(nil)
		made := id.New(id.Order, "s", key)
		f.store.fail(errors.New("disk full"))
		time.AfterFunc(10*time.Second, func() { f.store.fail(nil) })
		start := time.Now()
		var event receiver.Event
		time.AfterFunc(time.Second, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.events) > 0 {
				event = f.events[0]
			}
		})
		if status := f.post(t, made, body); status != http.StatusOK || f.result(t, made) != body {
			t.Errorf("status %d, stored is %q", status, f.result(t, made))
		}
		if waited := time.Since(start); waited < 10*time.Second || waited > 13*time.Second {
			t.Errorf("answered after %s", waited)
		}
		if event.Outcome != receiver.Unstored || string(event.Body) != body {
			t.Errorf("the events within a second are %+v", event)
		}
		if diff := cmp.Diff([]receiver.Outcome{receiver.Unstored, receiver.Stored}, f.outcomes()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestHandler_inboxThatDoesNotRecover(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]string{"result": body, "not final": `{"status":"1"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(nil)
				f.store.fail(errors.New("disk full"))
				start := time.Now()
				if status := f.post(t, id.New(id.Order, "s", key), sent); status != http.StatusServiceUnavailable {
					t.Errorf("status %d", status)
				}
				if waited := time.Since(start); waited != 20*time.Second {
					t.Errorf("answered after %s", waited)
				}
				if !strings.Contains(f.log.String(), "disk full") {
					t.Errorf("the failure of the inbox is not logged:\n%s", f.log)
				}
				outcomes := f.outcomes()
				if outcomes[len(outcomes)-1] != receiver.Refused {
					t.Errorf("the events are %v", outcomes)
				}
			})
		})
	}
}
