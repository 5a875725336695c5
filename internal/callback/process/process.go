// Package process tells which provider processes are alive. Each one that may
// place orders has a record in the inbox with a heartbeat and, where the inbox
// is a directory, holds a lock that the operating system releases when it dies.
//
//	Terraform calls Shutdown         → End: the record says "ended", the lock is released
//	Terraform is gone without a call → Abandon: the lock is released, the record says nothing
//	the process is killed            → the operating system releases the lock, the heartbeat stops
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
	// heartbeatTimeout leaves a process several heartbeats before it seems dead.
	heartbeatTimeout = 10 * time.Second
)

// Config is what a Process is started with.
type Config struct {
	Identity Identity
	Store    inbox.Store
	// Locks is nil for an inbox that processes of several machines share.
	Locks Locks
	// Logger receives failed heartbeats. Its handler sees the values of the
	// context that Start was called with.
	Logger *slog.Logger
}

// Process is this provider process, alive to all who share its inbox.
type Process struct {
	cfg     Config
	release func() error
	stop    context.CancelFunc
	beating sync.WaitGroup
	once    sync.Once
	err     error
}

// Start locks and writes the record, and keeps it fresh until End or Abandon.
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

// Identity names the process.
func (p *Process) Identity() Identity { return p.cfg.Identity }

// End is for a process that Terraform told to end.
func (p *Process) End(ctx context.Context) error {
	p.once.Do(func() {
		p.halt()
		// While it is locked nobody takes the process for one that was killed.
		p.err = errors.Join(p.save(ctx, true), p.release())
	})
	return p.err
}

// Abandon is for a process whose Terraform is gone without a word: everybody
// may treat it as dead, though it still receives callbacks.
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
