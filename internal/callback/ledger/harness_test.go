package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

var (
	hmacKey = bytes.Repeat([]byte("k"), 32)
	kind    = ledger.Kind{Service: "https://desktop.example.com", UserGroup: "dev", OS: "win10"}
)

// site is a service, an inbox and the processes that use them.
type site struct {
	store *memory

	mu        sync.Mutex
	states    map[string]ledger.ProcessState
	orders    int // The orders that the service accepted.
	delay     time.Duration
	silent    bool // The service never calls back.
	sealed    bool // Callbacks are sealed, and no process has the identity.
	answer    ledger.Answer
	desktops  []ledger.Desktop
	callbacks sync.WaitGroup
}

func newSite() *site {
	return &site{
		store: newMemory(), states: map[string]ledger.ProcessState{},
		delay: 5 * time.Second, answer: ledger.Answer{Kind: ledger.AnswerAccepted},
	}
}

func (s *site) set(process string, state ledger.ProcessState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[process] = state
}

func (s *site) ordered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders
}

// process starts a provider process with its own Terraform process.
func (s *site) process(name string, change ...func(*ledger.Config)) *ledger.Ledger {
	started := time.Now()
	s.set(name, ledger.ProcessAlive)
	cfg := ledger.Config{
		Store: s.store, Scope: "prod/default", Process: name, Terraform: name, Host: "runner", Flags: " --inbox X",
		Age:       func() time.Duration { return time.Since(started) },
		Register:  func(context.Context) error { return nil },
		Processes: s.processes,
		Decode:    decode, Redact: redact,
		Open:  func(value []byte) ([]byte, error) { return open(value) },
		Opens: func(string) bool { return false },
	}
	for _, c := range change {
		c(&cfg)
	}
	return ledger.New(cfg)
}

func (s *site) processes(context.Context, inbox.Listing, func(inbox.Entry) ([]byte, error)) ([]ledger.Process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []ledger.Process
	for name, state := range s.states {
		list = append(list, ledger.Process{ID: name, Terraform: name, Host: "runner", PID: 7, State: state})
	}
	return list, nil
}

func open(value []byte) ([]byte, error) {
	if bytes.HasPrefix(value, []byte("sealed")) {
		return nil, ledger.ErrSealed
	}
	return value, nil
}

type body struct {
	Status, Username, UUID, Password string
}

func decode(text []byte) ledger.Result {
	var b body
	if json.Unmarshal(text, &b) != nil || b.Status != "0" && b.Status != "-1" {
		return ledger.Result{Kind: ledger.ResultNotFinal}
	}
	if b.Status == "-1" {
		return ledger.Result{Kind: ledger.ResultFailure, Message: "no capacity"}
	}
	return ledger.Result{Kind: ledger.ResultSuccess, Username: b.Username, UUID: b.UUID}
}

func redact(text []byte) []byte {
	var b body
	if json.Unmarshal(text, &b) != nil {
		return []byte("{}")
	}
	b.Password = ""
	text, _ = json.Marshal(b) //nolint:gosec // A password of the test.
	return text
}

// request orders a desktop.
func (s *site) request() ledger.Request {
	return ledger.Request{
		Want:    ledger.Want{Kind: kind},
		Timeout: 30 * time.Minute,
		Prepare: func(context.Context) (ledger.Sending, error) {
			order := id.New(id.Order, "prod/default", hmacKey)
			return ledger.Sending{Ref: order.Ref(), URL: "http://127.0.0.1:1", Post: func(ctx context.Context) ledger.Answer { return s.post(ctx, order) }}, nil
		},
		List: func(context.Context) ([]ledger.Desktop, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return append([]ledger.Desktop{}, s.desktops...), nil
		},
		Warn: func(string) {},
	}
}

// post is the service: it accepts the order and sends the callback later.
func (s *site) post(ctx context.Context, order id.ID) ledger.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answer.Kind == ledger.AnswerRefused || s.answer.Kind == ledger.AnswerUnsent {
		return s.answer
	}
	s.orders++
	made := ledger.Desktop{Username: fmt.Sprintf("dev_%02d", s.orders), UUID: fmt.Sprintf("uuid-%d", s.orders)}
	s.desktops = append(s.desktops, made)
	if !s.silent {
		ctx = context.WithoutCancel(ctx)
		s.callbacks.Go(func() {
			time.Sleep(s.delay)
			s.callback(ctx, order.Ref(), body{"0", made.Username, made.UUID, "secret-" + made.UUID})
		})
	}
	return s.answer
}

// callback is the receiver: it stores a callback unless the order has ended.
func (s *site) callback(ctx context.Context, ref string, b body) {
	text, _ := json.Marshal(b) //nolint:gosec // A password of the test.
	if s.sealed {
		text = []byte("sealed " + b.UUID)
	}
	if ended, _ := ledger.Ended(ctx, s.store, ref); ended {
		_ = receiver.Evidence{Body: redact(text)}.Store(ctx, s.store, ref)
		return
	}
	_, _ = s.store.Create(ctx, ledger.ResultKey(ref), text)
}

// turns returns the kinds of the turns of all orders, in order.
func (s *site) turns() string {
	v, err := s.process("viewer").View(context.Background())
	if err != nil {
		return err.Error()
	}
	var orders []string
	for _, o := range v.Orders {
		var kinds []string
		for _, turn := range o.Turns {
			kinds = append(kinds, string(turn.Kind))
		}
		orders = append(orders, strings.Join(kinds, " "))
	}
	return strings.Join(orders, "; ")
}

// outcome returns the kind of outcome of an order.
func outcome(err error) ledger.OutcomeKind {
	if failed, ok := errors.AsType[*ledger.Error](err); ok {
		return failed.Outcome.Kind
	}
	return ledger.OutcomeNone
}

// get orders a desktop and delivers it.
func get(ctx context.Context, l *ledger.Ledger, req ledger.Request) (*ledger.Delivery, error) {
	d, err := l.Order(ctx, req)
	if err != nil {
		return nil, err
	}
	if err := d.BeforeGrow(ctx, 10); err != nil {
		return nil, err
	}
	if err := d.BeforeChange(ctx); err != nil {
		return nil, err
	}
	return d, d.Deliver(ctx)
}

func mustGet(t *testing.T, l *ledger.Ledger, req ledger.Request) *ledger.Delivery {
	t.Helper()
	d, err := get(t.Context(), l, req)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
