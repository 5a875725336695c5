// Package apitest contains code that the fakes of all services share.
package apitest

import (
	"net/http"
	"sync"
)

// Queue holds the planned faults for the calls of a fake. Its zero value is
// empty. Its methods may be called concurrently.
type Queue[C comparable, T any] struct {
	mu      sync.Mutex
	planned map[C][]*plan[T]
}

type plan[T any] struct {
	what T
	left int // Negative: for all calls.
}

// Plan plans what for the next n calls, or for all calls if n is negative.
// Several plans for one call apply one after the other, in the order of Plan.
func (q *Queue[C, T]) Plan(call C, n int, what T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n == 0 {
		return
	}
	if q.planned == nil {
		q.planned = map[C][]*plan[T]{}
	}
	q.planned[call] = append(q.planned[call], &plan[T]{what, n})
}

// Next returns the plan of the first of the calls that has one, and whether
// there is one.
func (q *Queue[C, T]) Next(calls ...C) (what T, planned bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, call := range calls {
		if len(q.planned[call]) == 0 {
			continue
		}
		first := q.planned[call][0]
		if first.left--; first.left == 0 {
			q.planned[call] = q.planned[call][1:]
		}
		return first.what, true
	}
	return what, false
}

// Clear removes all plans.
func (q *Queue[C, T]) Clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.planned)
}

// Answers holds handlers that answer instead of a fake with one call. The fake
// embeds it.
type Answers struct {
	queue Queue[struct{}, http.HandlerFunc]
}

// Answer makes each of the handlers answer one of the next requests instead of
// the fake.
func (a *Answers) Answer(handlers ...http.HandlerFunc) {
	for _, handler := range handlers {
		a.Fail(1, handler)
	}
}

// Fail makes handler answer the next n requests instead of the fake, all of them
// if n is negative.
func (a *Answers) Fail(n int, handler http.HandlerFunc) {
	a.queue.Plan(struct{}{}, n, handler)
}

// ClearFaults removes the answers that are still planned.
func (a *Answers) ClearFaults() { a.queue.Clear() }

// NextAnswer returns the handler for the next request, or nil if the fake
// answers it.
func (a *Answers) NextAnswer() http.HandlerFunc {
	handler, _ := a.queue.Next(struct{}{})
	return handler
}
