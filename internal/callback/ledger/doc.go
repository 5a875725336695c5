// Package ledger records orders, so that the service gets one order for each
// desktop in the configuration, whatever happens to the processes that wait for
// it.
//
// POST /api/desktop/apply is not idempotent, its only result arrives by
// callback, and the process that waits can die at any moment. So each Create
// first writes its intent to the inbox, and each later Create of the same kind
// first reads the inbox. The decisions are pure functions of a View, which is
// one List of the inbox: Look, NextTerm, MaySend, Confirm, Candidates and
// Sweep. Create combines them. Ledger executes the decisions: its effects are
// calls of an inbox.Store and one HTTP request.
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
// A failure callback, "orders close", and lost_orders = "reorder" lead to
// closed from every state except confirmed. An order that is confirmed or
// closed has ended. A closed order can still be confirmed, because a state may
// contain its desktop.
//
// The chain of turns decides which process acts: a process writes turn n only
// after it has read turns 1 to n-1, and the store accepts turn n from one
// process only.
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
//	the callback                      a result                     claims it and continues with the resize
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
//	closed, result left               a turn and a result          turns the result into evidence, without password
//	a sweep's first keys              turns without an intent      ignores the order
//
// If a receiver crashes after it has stored a callback and before it has looked
// again, the result of an ended order stays. The next apply removes it.
package ledger
