// Package ledger remembers orders, so that the service gets one order for each
// desktop that is asked for, whatever happens to the processes that wait.
//
// An apply is not idempotent, its only result arrives by callback, and the
// process that waits can die at any moment. So every Create first writes what it
// is about to do to the inbox, and every later Create of the same kind reads that
// first. The decisions are pure functions of a View, which is one List of the
// inbox: Look, NextTerm, MaySend, Confirm, Candidates, Sweep, and Create, which
// strings them together. Ledger executes them: its effects are calls of an
// inbox.Store and one HTTP request.
//
// # States of an order
//
//	              intent                           another Create may act
//	                │                                        │
//	  unsent ◄──────┤ second look: a newer apply             │
//	                │                                        │
//	               POST ──────► refused ── success callback ─┤
//	                │ accepted, or outcome unknown           │
//	                ▼                                        ▼
//	┌────────►    held  ───── released, or holder died ────► free
//	│               │                                        │
//	│               │ result: resize, password               │
//	│               ▼                                        │
//	│           delivered ──── holder died, or released ───► │
//	│               │   └───── holder ended: stop and ask    │
//	│               ▼                                        │
//	│           confirmed                                    │
//	└──────────────────────────── claimed ◄──────────────────┘
//
// A failure callback, "orders close", and lost_orders = "reorder" lead to closed
// from every state but confirmed. Confirmed and closed are the ends; an order
// that was closed can still be confirmed, because a state may contain it.
//
// The chain of turns decides who acts: turn n is written only by those who have
// read turns 1 to n-1, and the store lets one of them win.
//
// # What a crash leads to
//
//	crash after …                     what the inbox holds         what the next apply does
//	the first look                    nothing                      places its own order
//	the term                          a term                       takes the next term, places its own order
//	the intent                        an order without an answer   resumes it: it may have been sent
//	the second look                   the same                     the same
//	the POST                          the same                     resumes it and gets its callback
//	accepted                          the answer                   the same
//	refused                           the answer                   places its own order, unless a success callback came
//	unsent                            the mark                     places its own order
//	the callback                      a result                     claims it and goes on at the resize
//	a claim                           a turn                       claims it: the claimer died
//	disk                              the disk's size              claims it where that disk fits
//	a resize or the password          no more than that            repeats them: they state targets
//	looked                            a turn                       claims it, waits a minute, looks again
//	released                          a turn                       claims it
//	delivered, process died           a turn                       resumes it; if the state was saved, the next
//	                                                               plan reports two addresses of one desktop
//	delivered, process ended          a turn                       stops: a plan confirms it, or a command resolves it
//	delivered, state saved            a turn                       its plan confirms the order
//	confirmed, keys left              a turn and keys              its plan deletes the keys
//	closed, result left               a turn and a result          makes evidence of the result, without password
//	a sweep's first keys              turns without an intent      ignores the order
//
// A crash of a receiver between storing a callback and looking again leaves the
// result of an ended order; the next apply removes it.
package ledger
