// Package instances records what the resource instances of one plan or apply
// manage. A provider does not get the addresses of instances from Terraform, so
// each instance has an id in its private state.
package instances

import (
	"context"
	"crypto/rand"
	"sync"
)

// Registry holds the instances of one walk: one plan or one apply, for which
// Terraform configures the provider once. Its methods may be called
// concurrently. Use New to create it.
type Registry struct {
	walk string

	mu       sync.Mutex
	managers map[string]string // The instance that manages each object.
	resets   map[string]string // The instance whose destruction resets each object.
	said     map[string]bool
	locks    map[string]chan struct{}

	refreshes map[string]*refreshed // The objects that this walk has read.
}

// New returns an empty registry.
func New() *Registry {
	return &Registry{
		walk:     NewID(),
		managers: map[string]string{},
		resets:   map[string]string{},
		locks:    map[string]chan struct{}{},
		said:     map[string]bool{},

		refreshes: map[string]*refreshed{},
	}
}

// NewID returns an id for an instance.
func NewID() string { return rand.Text() }

// Walk returns the id of this plan or apply.
func (r *Registry) Walk() string { return r.walk }

// Manage records that an instance manages an object. It returns false if
// another instance manages it.
func (r *Registry) Manage(object, instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if manager, ok := r.managers[object]; ok {
		return manager == instance
	}
	r.managers[object] = instance
	return true
}

// Reset records that the destruction of an instance resets an object.
func (r *Registry) Reset(object, instance string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.resets[object] = instance
}

// ResetByOther reports whether the destruction of another instance resets an
// object.
func (r *Registry) ResetByOther(object, instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	other, ok := r.resets[object]
	return ok && other != instance
}

// Managed reports whether an instance of this walk manages an object. It knows
// only instances that this walk has planned. An apply does not plan unchanged
// instances.
func (r *Registry) Managed(object string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.managers[object]
	return ok
}

// First reports whether this is its first call with text in this walk. It is
// used for warnings that concern all instances.
func (r *Registry) First(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := !r.said[text]
	r.said[text] = true
	return first
}

// Lock locks the lock with this name. It waits until the lock is free, or
// returns the error of ctx.
func (r *Registry) Lock(ctx context.Context, name string) (unlock func(), err error) {
	r.mu.Lock()
	lock := r.locks[name]
	if lock == nil {
		lock = make(chan struct{}, 1)
		r.locks[name] = lock
	}
	r.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
