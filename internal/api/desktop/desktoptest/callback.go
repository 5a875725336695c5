package desktoptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Task is an accepted call that will be carried out and reported by callback.
type Task struct {
	// Call is the accepted call.
	Call Call
	// Username is the username in an apply. A Callback may change it.
	Username string
	// Suffix is appended to the callback URL, and Header is sent with the callback.
	Suffix string
	Header http.Header

	server   *Server
	url      string
	work     work
	callback Callback // Nil is the usual callback.
	// line is the event that has not been logged yet.
	line string
}

// Result is the body of a callback.
type Result struct {
	Data    map[string]any `json:"data"`
	Message string         `json:"message"`
	Status  string         `json:"status"`
}

// Delivery is one attempt to send a callback.
type Delivery struct {
	Call   Call
	Method string
	// Status is the status of the receiver's answer. It is 0 without an answer,
	// and Err is then the reason.
	Status int
	Err    error
}

// Callback executes and reports an accepted task. The usual one is
//
//	func(op *Task) { op.Send(op.Execute()) }
type Callback func(op *Task)

// Callback sets the callback of the next n tasks of a call, or of all tasks if
// n is negative. Several callbacks apply one after the other, like faults.
func (s *Server) Callback(call Call, n int, callback Callback) {
	s.callbacks.Plan(call, n, callback)
}

// Late carries out the task and sends the callback after d.
func Late(d time.Duration) Callback {
	return func(op *Task) {
		if op.Wait(d) {
			op.Send(op.Execute())
		}
	}
}

// Twice sends the same callback twice.
func Twice() Callback {
	return func(op *Task) {
		result := op.Execute()
		op.Send(result)
		op.Send(result)
	}
}

// NoCallback carries out the task and sends no callback.
func NoCallback() Callback {
	return func(op *Task) { op.Execute() }
}

// Failure does not carry out the task and reports status -1 with a message.
func Failure(message string) Callback {
	return func(op *Task) { op.Send(failed(message)) }
}

func failed(message string) Result {
	return Result{Data: map[string]any{}, Message: message, Status: "-1"}
}

// ForUser assigns the desktop to another user, which it creates if needed, and
// reports that user.
func ForUser(name string) Callback {
	return func(op *Task) {
		op.server.AddUser(name)
		op.Username = name
		op.Send(op.Execute())
	}
}

// Garbage carries out the task and sends body instead of the result.
func Garbage(body string) Callback {
	return func(op *Task) {
		op.Execute()
		op.SendBody([]byte(body))
	}
}

// Oversized carries out the task and sends a result whose message has the given
// size in bytes.
func Oversized(bytes int) Callback {
	return func(op *Task) {
		result := op.Execute()
		result.Message = strings.Repeat("x", bytes)
		op.Send(result)
	}
}

// Hold suspends tasks after they are accepted and before they are carried out.
type Hold struct {
	// Reached is closed when the first task is held.
	Reached <-chan struct{}

	release func()
}

// Release continues the held tasks, and ends the hold.
func (h *Hold) Release() { h.release() }

// Hold holds the next n tasks of a call, or all tasks if n is negative, until
// they are released or the server ends.
func (s *Server) Hold(call Call, n int) *Hold {
	reached, released := make(chan struct{}), make(chan struct{})
	reach := sync.OnceFunc(func() { close(reached) })
	s.Callback(call, n, func(op *Task) {
		reach()
		select {
		case <-released:
			op.Send(op.Execute())
		case <-s.ctx.Done():
		}
	})
	return &Hold{Reached: reached, release: sync.OnceFunc(func() { close(released) })}
}

// run carries out and reports a task after its synchronous answer.
func (op *Task) run() {
	switch {
	case !op.Wait(op.server.config.callbackDelay):
	case op.callback != nil:
		op.callback(op)
	default:
		op.Send(op.Execute())
	}
	op.say("no callback is sent")
}

// say logs the event of a task, once, and how it is reported.
func (op *Task) say(how string) {
	if op.line != "" {
		op.server.log("%s (%s)", op.line, how)
		op.line = ""
	}
}

// Wait waits for d. It returns false if the server ended before.
func (op *Task) Wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-op.server.ctx.Done():
		return false
	}
}

// Execute carries out the task and returns its result.
func (op *Task) Execute() Result {
	s := op.server
	s.mu.Lock()
	defer s.mu.Unlock()
	data, line, err := op.work(op)
	if err != nil {
		return failed(err.Error())
	}
	op.line = line
	reported := map[string]any{}
	maps.Copy(reported, data)
	return Result{Data: reported, Status: "0"}
}

// Send sends a callback with a result.
func (op *Task) Send(result Result) {
	body, err := json.Marshal(result)
	if err != nil {
		panic(err) // A result contains only strings.
	}
	if checker := op.server.config.checker; checker != nil {
		checker.Callback(op.Call, body)
	}
	how := "reported by callback"
	if result.Status != "0" {
		op.line = "the " + op.Call.noun() + " failed: " + printable(result.Message)
	} else if result.Data["password"] != nil {
		how = "password sent by callback"
	}
	op.say(how)
	op.SendBody(body)
}

// SendBody sends a callback with any body. It retries as WithCallbackRetries
// says until the callback is accepted.
func (op *Task) SendBody(body []byte) {
	op.say("another callback is sent")
	c := op.server.config
	for try := 0; ; try++ {
		if op.deliver(body) || try == c.callbackRetries || !op.Wait(c.callbackPause) {
			return
		}
	}
}

func (op *Task) deliver(body []byte) bool {
	s := op.server
	delivery := Delivery{Call: op.Call, Method: s.config.callbackMethod}
	req, err := http.NewRequestWithContext(s.ctx, delivery.Method, op.url+op.Suffix, bytes.NewReader(body)) //nolint:gosec // The service calls any URL in a request.
	if err != nil {
		panic(err) // The URL was checked when the task was accepted.
	}
	req.Header.Set("Content-Type", "application/json")
	maps.Copy(req.Header, op.Header)
	resp, err := s.config.client.Do(req) //nolint:gosec // As above.
	if err == nil {
		delivery.Status = resp.StatusCode
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
		_ = resp.Body.Close()
	}
	// The text of a url.Error contains the callback URL.
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		err = withURL.Err
	}
	delivery.Err = err
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = append(s.deliveries, delivery)
	taken := err == nil && delivery.Status/100 == 2
	switch {
	case err != nil:
		s.log("the callback of the %s was not answered", op.Call.noun())
	case !taken:
		s.log("the callback of the %s was answered %d", op.Call.noun(), delivery.Status)
	}
	return taken
}

// Deliveries returns the callbacks sent so far, in the order of their answers.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Delivery(nil), s.deliveries...)
}

// checkCallbackURL is called with the lock held. A call with target values may
// be repeated with the same body, because its first answer may have been lost.
func (s *Server) checkCallbackURL(raw string, call Call, body []byte) error {
	u, err := url.Parse(raw)
	before, used := s.usedURLs[raw]
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return refuse("callback_url must be an absolute http or https URL")
	case used && (call == Apply || before != string(body)):
		return refuse("callback_url has been used for another task")
	}
	return nil
}
