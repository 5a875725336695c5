package desktop_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/faulttest"
)

// applyCase is a combination of an answer and a callback.
type applyCase struct {
	answer   desktoptest.Fault    // Nil is the usual one.
	callback desktoptest.Callback // Nil is the usual one.
	// callbackFirst sends the callback before the answer.
	callbackFirst bool
	// connection is the fault of the connection.
	connection faulttest.Fault
	// desktops is the number of desktops at the end.
	desktops int
	// user is the user in the result, or "" if there is an error.
	user string
	// says is a part of the error. unknown reports whether the error wraps
	// ErrOutcomeUnknown.
	says    string
	unknown bool
}

// slow answers after the timeout of the request.
var slow = faulttest.Slow(10 * time.Second)

const appliedJSON = "application/json"

// applyAnswers are the answers after which the client waits for the callback:
// the order is accepted, or its outcome is unknown.
var applyAnswers = map[string]desktoptest.Fault{
	"200 and 0 without data": desktoptest.Answer(200, appliedJSON, `{"status":"0","message":""}`),
	"200 and 0 as a number":  desktoptest.Answer(200, appliedJSON, `{"status":0}`),
	"504 and 0":              desktoptest.Answer(504, appliedJSON, `{"status":"0","data":{}}`),
	"200 and 1":              desktoptest.Answer(200, appliedJSON, `{"status":"1","message":"queued"}`),
	"504 and -1":             desktoptest.Answer(504, appliedJSON, `{"status":"-1","message":"timeout"}`),
	"500 and -1":             desktoptest.Answer(500, appliedJSON, `{"status":"-1","message":"oops"}`),
	"408 and -1":             desktoptest.Answer(408, appliedJSON, `{"status":"-1","message":"timeout"}`),
	"408":                    desktoptest.Answer(408, "text/html", html),
	"409 and -1":             desktoptest.Answer(409, appliedJSON, `{"status":"-1","message":"again"}`),
	"409":                    desktoptest.Answer(409, "text/html", html),
	"425 and -1":             desktoptest.Answer(425, appliedJSON, `{"status":"-1","message":"early"}`),
	"425":                    desktoptest.Answer(425, "text/html", html),
	"499":                    desktoptest.Answer(499, "text/html", html),
	"410":                    desktoptest.Answer(410, "text/html", html),
	"301":                    desktoptest.Answer(301, "text/html", html),
	"307":                    desktoptest.Redirect("https://elsewhere.invalid/"),
	"502":                    desktoptest.Answer(502, "text/html", html),
	"503":                    desktoptest.Unavailable(),
	"empty":                  desktoptest.Empty(),
	"half":                   desktoptest.Truncated(),
	"HTML":                   desktoptest.Answer(200, "text/html", html),
	"a list":                 desktoptest.Answer(200, appliedJSON, `[]`),
	"without a status":       desktoptest.Answer(200, appliedJSON, `{"data":{}}`),
	"reset":                  desktoptest.DropBefore(),
}

// acceptedAnswer reports whether the service has accepted the order.
func acceptedAnswer(name string) bool {
	return name == "504 and 0" || strings.HasPrefix(name, "200 and 0")
}

// noCallback is the beginning of the error of an order without a callback.
const noCallback = "No callback came for order"

func TestApply_answers(t *testing.T) {
	t.Parallel()
	for name, answer := range applyAnswers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			applyCase{answer: execute(answer), desktops: 1, user: "dev_01"}.run(t)
		})
		t.Run(name+", no callback", func(t *testing.T) {
			t.Parallel()
			says := noCallback
			if !acceptedAnswer(name) {
				says = desktop.ErrOutcomeUnknown.Error() + ": desktop: POST /api/desktop/apply: "
			}
			applyCase{
				answer: execute(answer), callback: desktoptest.NoCallback(),
				desktops: 1, says: says, unknown: !acceptedAnswer(name),
			}.run(t)
		})
	}
}

// With these answers, the order is not carried out, and the client does not
// wait.
func TestApply_refusals(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]desktoptest.Fault{
		"200 and -1": desktoptest.Refuse("sold out"),
		"400 and -1": desktoptest.Answer(400, appliedJSON, `{"status":"-1","message":"sold out"}`),
		"499 and -1": desktoptest.Answer(499, appliedJSON, `{"status":"-1","message":"sold out"}`),
		"400 and 1":  desktoptest.Answer(400, appliedJSON, `{"status":"1","message":"sold out"}`),
		"400":        desktoptest.Answer(400, "text/plain", "sold out"),
		"401":        desktoptest.Answer(401, "text/plain", "sold out"),
		"403":        desktoptest.Answer(403, "text/plain", "sold out"),
		"404":        desktoptest.Answer(404, "text/plain", "sold out"),
		"405":        desktoptest.Answer(405, "text/plain", "sold out"),
		"407":        desktoptest.Answer(407, "text/plain", "sold out"),
		"411":        desktoptest.Answer(411, "text/plain", "sold out"),
		"413":        desktoptest.Answer(413, "text/plain", "sold out"),
		"414":        desktoptest.Answer(414, "text/plain", "sold out"),
		"415":        desktoptest.Answer(415, "text/plain", "sold out"),
		"422":        desktoptest.Answer(422, "text/plain", "sold out"),
		"429":        desktoptest.Answer(429, "text/plain", "sold out"),
		"431":        desktoptest.Answer(431, "text/plain", "sold out"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			applyCase{answer: answer, says: "sold out"}.run(t)
		})
	}
}

func TestApply_connections(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]applyCase{
		"reset after execution": {connection: faulttest.ResetAfterExecution, desktops: 1, user: "dev_01"},
		"half an answer":        {connection: faulttest.HalfAnswer, desktops: 1, user: "dev_01"},
		"slow answer":           {connection: slow, desktops: 1, user: "dev_01"},
		"reset after the head":  {connection: faulttest.ResetAfterHead, says: "outcome", unknown: true},
		"reset after half":      {connection: faulttest.ResetAfterHalfBody, unknown: true},
		"reset after the body":  {connection: faulttest.ResetAfterBody, unknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.unknown {
				test.says = desktop.ErrOutcomeUnknown.Error()
			}
			test.run(t)
		})
	}
}

func TestApply_callbacks(t *testing.T) {
	t.Parallel()
	known := "0d3e9f1a-2b4c-4d5e-8f60-718293a4b5c6"
	for name, test := range map[string]applyCase{
		"usual":                   {desktops: 1, user: "dev_01"},
		"twice":                   {callback: desktoptest.Twice(), desktops: 1, user: "dev_01"},
		"late":                    {callback: desktoptest.Late(50 * time.Millisecond), desktops: 1, user: "dev_01"},
		"interim before":          {callback: after(`{"status":"1","message":"running"}`), desktops: 1, user: "dev_01"},
		"failure":                 {callback: desktoptest.Failure("sold out"), says: "code -1: sold out"},
		"interim before failure":  {callback: interimThenFailure, says: "code -1: sold out"},
		"another user's name":     {callback: desktoptest.ForUser("ops_07"), desktops: 1, user: "ops_07"},
		"gzip":                    {callback: changed(zipped, http.Header{"Content-Encoding": {"gzip"}}), desktops: 1, user: "dev_01"},
		"gzip, not announced":     {callback: changed(zipped, nil), desktops: 1, user: "dev_01"},
		"byte order mark":         {callback: changed(func(b []byte) []byte { return append([]byte("\ufeff"), b...) }, nil), desktops: 1, user: "dev_01"},
		"status as a number":      {callback: replaced(`"status":"0"`, `"status":0`), desktops: 1, user: "dev_01"},
		"user as a number":        {callback: replaced(`"username":"dev_01"`, `"username":1001`), desktops: 1, user: "1001"},
		"spaces":                  {callback: replaced(`"username":"dev_01"`, `"username":" dev_01\n"`), desktops: 1, user: "dev_01"},
		"trailing slash":          {callback: suffixed("/"), desktops: 1, user: "dev_01"},
		"query":                   {callback: suffixed("?task=7"), desktops: 1, user: "dev_01"},
		"before the answer":       {callbackFirst: true, desktops: 1, user: "dev_01"},
		"GBK before":              {callback: after("{\"status\":\"0\",\"data\":{\"username\":\"\xd5\xc5\"}}"), desktops: 1, user: "dev_01"},
		"a known uuid before":     {callback: after(`{"status":"0","data":{"username":"dev_01","desktop_uuid":"` + known + `"}}`), desktops: 1, user: "dev_01"},
		"only interim":            {callback: desktoptest.Garbage(`{"status":"1"}`), desktops: 1, says: `One callback arrived that is not the result: its status is "1"`},
		"only GBK":                {callback: replaced("dev_01", "\xd5\xc5"), desktops: 1, says: "One callback arrived that is not the result: it is not UTF-8"},
		"only UTF-16":             {callback: changed(inUTF16, nil), desktops: 1, says: "One callback arrived that is not the result: it is not UTF-8 but UTF-16"},
		"only half":               {callback: changed(func(b []byte) []byte { return b[:len(b)/2] }, nil), desktops: 1, says: "the callback is not a JSON document"},
		"only a known uuid":       {callback: desktoptest.Garbage(`{"status":"0","data":{"username":"dev_01","desktop_uuid":" ` + known + `"}}`), desktops: 1, says: "one that existed before"},
		"only without uuid":       {callback: replaced("desktop_uuid", "uuid"), desktops: 1, says: "the callback lacks desktop_uuid"},
		"only too large":          {callback: desktoptest.Oversized(64 << 10), desktops: 1, says: "refused, because the body is larger than 64 KiB"},
		"only to another address": {callback: suffixed("x"), desktops: 1, says: noCallback},
		"never":                   {callback: desktoptest.NoCallback(), desktops: 1, says: noCallback},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t, known)
		})
	}
}

// A callback that arrives after the timeout is stored for the next wait.
func TestApply_callbackAfterTheTimeout(t *testing.T) {
	t.Parallel()
	client, faults, fake := behindFaults(t, nil)
	hold := fake.Hold(desktoptest.Apply, 1)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-hold.Reached
		cancel(errTimeout)
	}()
	if _, err := client.Order(ctx, input("dev", time.Minute)); !errors.Is(err, errTimeout) {
		t.Errorf("got %v", err)
	}
	hold.Release()
	fake.Wait()
	got, err := order(t, client, "dev")
	if err != nil || got.Username != "dev_01" || len(fake.Desktops()) != 1 || faults.Count() != 1 {
		t.Errorf("got %+v and %v after %d requests", got, err, faults.Count())
	}
}

// A success callback for an order with a refusal as its answer is stored, and
// the next apply uses it.
func TestApply_successCallbackOfARefusedOrder(t *testing.T) {
	t.Parallel()
	client, server := start(t, nil)
	server.Fail(desktoptest.Apply, 1, execute(desktoptest.Refuse("queue full")))
	if _, err := client.Order(t.Context(), input("dev", time.Minute)); err == nil {
		t.Fatal("it was not refused")
	}
	server.Wait()
	deliveries := server.Deliveries()
	if len(deliveries) != 1 || deliveries[0].Status != http.StatusOK {
		t.Errorf("the callback was answered %+v", deliveries)
	}
}

func (test applyCase) run(t *testing.T, known ...string) {
	t.Helper()
	timeouts := &timeoutAfterArrival{}
	client, faults, fake := behindFaults(t, func(c *desktop.Config) {
		if test.connection == slow {
			timeouts.wrap(c)
		}
	})
	timeouts.faults = faults
	faults.Fail(faulttest.Always(test.connection))
	if test.answer != nil {
		fake.Fail(desktoptest.Apply, 1, test.answer)
	}
	if test.callbackFirst {
		fake.Fail(desktoptest.Apply, 1, callbackFirst(fake))
	}
	if test.callback != nil {
		fake.Callback(desktoptest.Apply, 1, test.callback)
	}
	got, err := applyUntilDone(t, client, fake, test, known)
	if got.Username != test.user || (err == nil) != (test.user != "") {
		t.Errorf("got %+v and %v", got, err)
	}
	if err == nil && (got.DesktopUUID != fake.Desktops()[0].UUID || got.Password == "") {
		t.Errorf("got %+v", got)
	}
	if err != nil && !strings.Contains(err.Error(), test.says) {
		t.Errorf("got  %v\nwant %s", err, test.says)
	}
	if errors.Is(err, desktop.ErrOutcomeUnknown) != test.unknown {
		t.Errorf("outcome unknown: %v, want %v", !test.unknown, test.unknown)
	}
	if n := faults.Count(); n != 1 {
		t.Errorf("%d requests on the wire", n)
	}
	if n := len(fake.Desktops()); n != test.desktops {
		t.Errorf("%d desktops at the service, want %d", n, test.desktops)
	}
	for _, secret := range fake.Secrets() {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error repeats %q: %v", secret, err)
		}
	}
}

// applyUntilDone orders a desktop. If the order must fail, it waits until all
// callbacks have arrived.
func applyUntilDone(t *testing.T, client *desktop.Client, fake *desktoptest.Server, test applyCase, known []string) (desktop.ApplyResult, error) {
	t.Helper()
	in := input("dev", time.Minute)
	in.List = func(context.Context) ([]desktop.UserDesktop, error) {
		var list []desktop.UserDesktop
		for _, uuid := range known {
			list = append(list, desktop.UserDesktop{Username: "dev_01", DesktopUUID: uuid})
		}
		return list, nil
	}
	ctx := t.Context()
	if test.user == "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, 3*time.Second, errTimeout)
		defer cancel()
	}
	got, err := client.Order(ctx, in)
	fake.Wait()
	if err != nil {
		return desktop.ApplyResult{}, err
	}
	return got.Result, got.Deliver(t.Context())
}
