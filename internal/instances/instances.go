// Package instances knows what the resource instances of one plan or apply
// manage. Terraform tells a provider no addresses: an instance is known by an id
// in its private state.
package instances

import (
	"context"
	"crypto/rand"
	"sync"
)

// Registry holds the instances of one walk: one plan or one apply, for which
// Terraform configures the provider once. Its methods may be called at the same
// time. New makes one.
type Registry struct {
	walk string

	mu       sync.Mutex
	managers map[string]string // The instance that manages each thing.
	resets   map[string]string // The instance whose destruction resets each thing.
	created  map[string]bool
	locks    map[string]chan struct{}
}

// New returns an empty registry.
func New() *Registry {
	return &Registry{
		walk:     NewID(),
		managers: map[string]string{},
		resets:   map[string]string{},
		created:  map[string]bool{},
		locks:    map[string]chan struct{}{},
	}
}

// NewID returns an id for an instance.
func NewID() string { return rand.Text() }

// Walk is the id of this plan or apply.
func (r *Registry) Walk() string { return r.walk }

// Manage records that an instance manages a thing. It returns false if another
// instance manages it, or is destroyed and resets it.
func (r *Registry) Manage(thing, instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if manager, ok := r.managers[thing]; ok {
		return manager == instance
	}
	r.managers[thing] = instance
	resetter, ok := r.resets[thing]
	return !ok || resetter == instance || len(r.created) > 0
}

// Reset records that the destruction of an instance resets a thing. It returns
// false in a plan if another instance manages the thing. In an apply it returns
// true: there, Managed decides.
func (r *Registry) Reset(thing, instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.resets[thing]; !ok {
		r.resets[thing] = instance
	}
	manager, ok := r.managers[thing]
	return !ok || manager == instance || len(r.created) > 0
}

// Managed reports whether an instance of this walk manages a thing. It sees only
// instances that this walk has planned, and an apply plans no instance that does
// not change.
func (r *Registry) Managed(thing string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.managers[thing]
	return ok
}

// Created records that an instance was created in this walk, which is then an
// apply.
func (r *Registry) Created(instance string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.created[instance] = true
}

// WasCreated reports whether Created was called for an instance.
func (r *Registry) WasCreated(instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.created[instance]
}

// Lock waits until nobody else has the lock of this name, or until ctx ends.
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
