package desktoptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"
)

// object is the body of a request. A key that was not sent is absent, which is
// different from null and false.
type object map[string]json.RawMessage

type kind string

const (
	text    kind = "a string"
	integer kind = "a whole number"
	boolean kind = "true or false"

	required = true
	optional = false
)

type field struct {
	name     string
	kind     kind
	required bool
}

// parseObject parses exactly one JSON object. Unlike encoding/json, it rejects
// duplicate keys and keys in other upper and lower case.
func parseObject(body []byte) (object, error) {
	if !utf8.Valid(body) {
		return nil, refuse("the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, refuse("the body is not a JSON object")
	}
	o := object{}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return nil, refuse("the body is not valid JSON")
		}
		if _, seen := o[name]; seen {
			return nil, refuse("%q is given twice", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, refuse("the value of %q is not valid JSON", name)
		}
		o[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, refuse("the body is not valid JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse("something follows the JSON object")
	}
	return o, nil
}

// check checks the object against the parameters of a call.
func (o object) check(fields []field) error {
	for name := range o {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			return refuse("there is no parameter %q", name)
		}
	}
	for _, f := range fields {
		value, given := o[f.name]
		if !given && f.required {
			return refuse("%s is missing", f.name)
		}
		if given && !f.kind.fits(value) {
			return refuse("%s must be %s", f.name, f.kind)
		}
	}
	return nil
}

func (k kind) fits(value json.RawMessage) bool {
	switch k {
	case text:
		return value[0] == '"'
	case boolean:
		return value[0] == 't' || value[0] == 'f'
	case integer:
		_, err := strconv.ParseInt(string(value), 10, 64)
		return err == nil
	}
	return false
}

// get returns the value of a parameter whose kind has been checked.
func get[T any](o object, name string) (value T, given bool) {
	raw, given := o[name]
	if !given {
		return value, false
	}
	return value, json.Unmarshal(raw, &value) == nil
}
