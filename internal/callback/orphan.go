package callback

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// Orphaned is for a process whose Terraform is gone without a word. It leaves the
// orders that wait to the next apply, lets everybody treat the process as dead,
// and returns when no callback can come any more that this process waited for.
func (r *Receiver) Orphaned(ctx context.Context) error {
	r.orphan()
	r.mu.Lock()
	l, started := r.ledger, r.process
	r.mu.Unlock()
	if l == nil || started == nil {
		return nil
	}
	l.WaitReturned()
	if err := started.Abandon(); err != nil {
		return err
	}
	return l.WaitResults(ctx)
}

// listenForOther listens at the address of a dead process as well, because the
// service calls back there. If the address is taken, that process still receives
// or another one does.
func (r *Receiver) listenForOther(ctx context.Context, intent ledger.Intent) {
	// An apply that only resumes orders has not started to listen.
	key, err := r.makeKey(ctx)
	if err == nil {
		_, err = r.start(ctx, key)
	}
	if err != nil {
		r.log.WarnContext(ctx, "unable to receive the callback of an earlier order", "error", err)
		return
	}
	r.mu.Lock()
	own := r.listener
	r.mu.Unlock()
	if intent.Listen == "" || intent.Machine != r.identity.Machine || own == nil || own.Addr().String() == intent.Listen {
		return
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", intent.Listen)
	if err != nil {
		r.log.DebugContext(ctx, "unable to listen at the address of the process that placed the order", "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		_ = listener.Close()
		return
	}
	r.others = append(r.others, listener)
	server := r.server
	r.serving.Go(func() {
		serve := server.Serve
		if server.TLSConfig != nil {
			serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
		}
		if err := serve(listener); !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			r.log.ErrorContext(ctx, "the receiver at the address of another process stopped", "error", err)
		}
	})
}
