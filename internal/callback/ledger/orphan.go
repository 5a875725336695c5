package ledger

import "context"

// WaitReturned waits until the Creates of this process have ended. In a process
// whose Terraform has died, they release their orders and end soon.
func (l *Ledger) WaitReturned() { l.running.Wait() }

// WaitResults waits until each order that this process placed has its callback,
// has ended or has passed its deadline. Until then the process receives
// callbacks, even if its Terraform has died.
func (l *Ledger) WaitResults(ctx context.Context) error {
	for {
		v, err := l.watch(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil && !v.awaits(l.self.Process) {
			return nil
		}
	}
}

// awaits reports whether a callback for a process may still arrive.
func (v *View) awaits(process string) bool {
	for i := range v.Orders {
		o := &v.Orders[i]
		if o.Open() && o.Intent.Process == process && o.Result.Kind == NoResult && v.Now.Sub(o.Created) < o.Intent.Timeout {
			return true
		}
	}
	return false
}
