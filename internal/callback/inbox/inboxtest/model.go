package inboxtest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/anishathalye/porcupine"
)

type kind int

const (
	create kind = iota
	get
	list
	remove
)

type input struct {
	kind  kind
	key   string
	value string // Set for a create.
}

// output is the answer to a call: whether it found or created a value.
type output struct {
	found   bool
	value   string // Set for a get.
	unknown bool   // The call failed and may have taken effect.
}

// cell is the state of one key.
type cell struct {
	held  bool
	value string
}

// model defines which answers are correct for a key in a given state.
var model = newModel()

func newModel() porcupine.Model {
	m := (&porcupine.NondeterministicModel{
		Partition: byKey,
		Init:      func() []any { return []any{cell{}} },
		Step:      func(state, in, out any) []any { return step(state.(cell), in.(input), out.(output)) }, //nolint:forcetypeassert // See add.
	}).ToModel()
	m.DescribeOperation = func(in, out any) string { return describe(in.(input), out.(output)) } //nolint:forcetypeassert // See add.
	return m
}

func byKey(all []porcupine.Operation) [][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, op := range all {
		key := op.Input.(input).key //nolint:forcetypeassert // See add.
		parts[key] = append(parts[key], op)
	}
	return slices.Collect(maps.Values(parts))
}

// step returns the possible next states, or none if the answer is not correct.
func step(state cell, in input, out output) []any {
	next := state
	possible := out.unknown
	switch in.kind {
	case create:
		if !state.held {
			next = cell{held: true, value: in.value}
		}
		possible = possible || out.found == (next.value == in.value)
	case get:
		possible = possible || out.found == state.held && out.value == state.value
	case list:
		possible = possible || out.found == state.held
	case remove:
		next, possible = cell{}, true
	}
	switch {
	case !possible:
		return nil
	case out.unknown && next != state:
		return []any{state, next}
	}
	return []any{next}
}

func describe(in input, out output) string {
	name := map[kind]string{create: "Create", get: "Get", list: "List", remove: "Delete"}[in.kind]
	return fmt.Sprintf("%s(%s, %q) = %+v", name, in.key, in.value, out)
}
