package callback

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// Orphaned is called if Terraform has ended without stopping this process. It
// releases the open orders, so that the next apply resumes them, and marks the
// process as dead. It returns when each order of this process has a result or
// has reached its deadline.
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

// listenForOther also listens at the address of a dead process, because the
// service calls back there. An address in use is not an error: then another
// process receives the callback.
func (r *Receiver) listenForOther(ctx context.Context, intent ledger.Intent) {
	// An apply that only resumes orders does not listen yet.
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
