// Package process determines which provider processes are alive. Each process
// that places orders has a record in the inbox, with a heartbeat. If the inbox
// is a directory, the process also holds a file lock, which the operating
// system releases when the process dies.
//
//	Terraform calls Shutdown      → End: the record says "ended", the lock is released
//	Terraform dies without a call → Abandon: the lock is released, the record is not changed
//	the process is killed         → the operating system releases the lock, the heartbeat stops
package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

const (
	heartbeatInterval = 10 * time.Second
	// heartbeatTimeout is short enough for several heartbeats in deadAfter.
	heartbeatTimeout = 10 * time.Second
)

// Config is the configuration of a Process.
type Config struct {
	Identity Identity
	Store    inbox.Store
	// Locks is nil for an inbox that processes of several machines share.
	Locks Locks
	// Logger receives failed heartbeats. The context that its handler gets is
	// that of Start.
	Logger *slog.Logger
}

// Process is the record of this provider process in the inbox, with its
// heartbeat and lock.
type Process struct {
	cfg     Config
	release func() error
	stop    context.CancelFunc
	beating sync.WaitGroup
	once    sync.Once
	err     error
}

// Start locks and writes the record, and updates it until End or Abandon is
// called.
func Start(ctx context.Context, cfg Config) (*Process, error) {
	p := &Process{cfg: cfg, release: func() error { return nil }}
	if cfg.Locks != nil {
		release, err := cfg.Locks.Lock(cfg.Identity.ID)
		if err != nil {
			return nil, err
		}
		p.release = release
	}
	if err := p.save(ctx, false); err != nil {
		return nil, errors.Join(err, p.release())
	}
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.beating.Go(func() { p.beat(ctx) })
	return p, nil
}

// Identity returns the identity of the process.
func (p *Process) Identity() Identity { return p.cfg.Identity }

// End marks the process as ended, after a Shutdown call of Terraform.
func (p *Process) End(ctx context.Context) error {
	p.once.Do(func() {
		p.halt()
		// The lock is released last, so that the process never counts as
		// killed.
		p.err = errors.Join(p.save(ctx, true), p.release())
	})
	return p.err
}

// Abandon releases the lock after Terraform has died without a Shutdown call.
// The process counts as dead then, although it may still receive callbacks.
func (p *Process) Abandon() error {
	p.once.Do(func() {
		p.halt()
		p.err = p.release()
	})
	return p.err
}

func (p *Process) halt() {
	p.stop()
	p.beating.Wait()
}

func (p *Process) save(ctx context.Context, ended bool) error {
	if err := (record{p.cfg.Identity, ended}).save(ctx, p.cfg.Store); err != nil {
		return fmt.Errorf("unable to record this process in the inbox: %w", err)
	}
	return nil
}

func (p *Process) beat(ctx context.Context) {
	ticker := time.NewTicker(heartbeatInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		once, cancel := context.WithTimeout(ctx, heartbeatTimeout)
		err := p.save(once, false)
		cancel()
		if err != nil && ctx.Err() == nil {
			p.cfg.Logger.WarnContext(ctx, "heartbeat failed: after 60 seconds without one, other processes may resume the orders of this one", "error", err)
		}
	}
}
