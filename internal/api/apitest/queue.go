// Package apitest holds what the fakes of the services share. It knows nothing of
// what any of them says.
package apitest

import (
	"net/http"
	"sync"
)

// Queue holds what is planned for the calls of a fake. Its zero value is empty.
// Its methods may be called at the same time.
type Queue[C comparable, T any] struct {
	mu      sync.Mutex
	planned map[C][]*plan[T]
}

type plan[T any] struct {
	what T
	left int // Negative: for all calls.
}

// Plan plans something for the next n times that it is the turn of a call, for
// all of them if n is negative. Plans of one call follow each other in the order
// in which they were made.
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

// Next returns what is planned for the first of the calls that has a plan, and
// whether there is one.
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

// Answers are the answers that a fake with one call gives instead of its own. A
// fake embeds it.
type Answers struct {
	queue Queue[struct{}, http.HandlerFunc]
}

// Answer makes handlers answer the next requests instead of the fake, one each.
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

// NextAnswer returns the handler that answers instead of the fake, nil if there is
// none.
func (a *Answers) NextAnswer() http.HandlerFunc {
	handler, _ := a.queue.Next(struct{}{})
	return handler
}
