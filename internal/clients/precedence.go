package clients

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// source is where the value of an argument comes from. A lower number takes
// precedence.
type source int

// The sources of an argument.
const (
	fromBlock source = iota
	fromFile
	fromEnvironment
	fromGeneral
	nowhere
)

// find returns the value of an argument and its source: the first source that
// contains the argument. The argument is not set if an earlier source contains
// another argument that identifies the same object. So a project by name in the
// block takes precedence over a project by ID in the environment. An argument
// that is "" in the block is not set.
func (s settings) find(attribute string) (string, source) {
	for at := range nowhere {
		if value, _ := s.in(at, attribute); value != "" {
			return value, at
		}
		if at == fromBlock && s.written(attribute) {
			break
		}
		if slices.ContainsFunc(s.overriddenBy[attribute], func(other string) bool { return s.holds(at, other) }) {
			break
		}
	}
	return "", nowhere
}

// in returns the value of an argument in one source, and the name of that place
// for errors.
func (s settings) in(at source, attribute string) (value, label string) {
	switch at {
	case fromBlock:
		if value, ok := s.block.Attributes()[attribute].(types.String); ok {
			return value.ValueString(), attribute
		}
	case fromFile:
		return s.file[attribute], fmt.Sprintf("%s in clouds.yaml", attribute)
	case fromEnvironment:
		return s.variable(s.variables[attribute])
	case fromGeneral:
		return s.variable(s.general[attribute])
	case nowhere:
	}
	return "", attribute
}

// variable returns the value and the name of the first variable that is set.
func (s settings) variable(names []string) (value, name string) {
	for _, name := range names {
		if value := s.env.Getenv(name); value != "" {
			return value, name
		}
	}
	return "", ""
}

func (s settings) get(attribute string) string {
	value, _ := s.find(attribute)
	return value
}

func (s settings) isSet(attribute string) bool { return s.get(attribute) != "" }

func (s settings) holds(at source, attribute string) bool {
	value, _ := s.in(at, attribute)
	return value != ""
}

// written reports whether the block sets an argument, also if it is "".
func (s settings) written(attribute string) bool {
	value, ok := s.block.Attributes()[attribute]
	return ok && !value.IsNull()
}

// label returns the source of an argument's value, for errors: the argument
// itself, a variable or a file.
func (s settings) label(attribute string) string {
	if _, at := s.find(attribute); at != nowhere {
		_, label := s.in(at, attribute)
		return label
	}
	return attribute
}

// list returns the strings of a list in the block, or nil.
func (s settings) list(attribute string) (values []string) {
	list, _ := s.block.Attributes()[attribute].(types.List)
	for _, element := range list.Elements() {
		if value, ok := element.(types.String); ok {
			values = append(values, value.ValueString())
		}
	}
	return values
}

// pairs yields the elements of a map in the block by their sorted names,
// without those that are null.
func (s settings) pairs(attribute string) func(yield func(name, value string) bool) {
	all, _ := s.block.Attributes()[attribute].(types.Map)
	elements := all.Elements()
	return func(yield func(name, value string) bool) {
		for _, name := range slices.Sorted(maps.Keys(elements)) {
			if value, ok := elements[name].(types.String); ok && !value.IsNull() && !yield(name, value.ValueString()) {
				return
			}
		}
	}
}

func (s settings) isTrue(attribute string) bool {
	value, _ := s.block.Attributes()[attribute].(types.Bool)
	return value.ValueBool()
}
