package desktop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// envelope is the frame of every answer and callback.
type envelope struct {
	Data    json.RawMessage `json:"data"`
	Message string          `json:"message"`
	Status  status          `json:"status"`
}

// status is "0" for success and "-1" for failure: a string in the answers to
// POST and in callbacks, a number in the answers to GET.
type status string

func (s *status) UnmarshalJSON(raw []byte) error {
	var n json.Number // takes a number as well as a string that holds one
	if err := json.Unmarshal(raw, &n); err != nil || n == "" {
		return errors.New("its status is not 0 or -1")
	}
	*s = status(n)
	return nil
}

func (e envelope) failed() bool { return e.Status != "0" }

// parseEnvelope returns an error that says what is wrong with the frame.
func parseEnvelope(body []byte) (envelope, error) {
	var e envelope
	err := json.Unmarshal(body, &e)
	switch {
	case err != nil && !json.Valid(body):
		return e, errors.New("the answer is not a JSON document")
	case err != nil:
		return e, typeMismatch("the answer", err)
	case e.Status == "":
		return e, errors.New("the answer lacks a status")
	}
	if bytes.Equal(e.Data, []byte("null")) {
		e.Data = nil
	}
	return e, nil
}

// typeMismatch words an error of encoding/json without the names of Go's types.
func typeMismatch(what string, err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s cannot be understood: %w", what, err)
	}
	if wrong.Field != "" {
		what += "'s " + wrong.Field
	}
	want := "a " + wrong.Type.String()
	switch wrong.Type.Kind() { //nolint:exhaustive // No other kind has a name that JSON does not know.
	case reflect.Struct:
		want = "an object"
	case reflect.Slice:
		want = "a list"
	}
	return fmt.Errorf("%s is a JSON %s, not %s", what, wrong.Value, want)
}

// size is a number of bytes: the document gives volume_size no type, so a JSON
// number and a string that holds one are both taken.
type size int64

func (s *size) UnmarshalJSON(raw []byte) error {
	var n json.Number
	err := json.Unmarshal(raw, &n)
	value, notWhole := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || notWhole != nil || value < 0 {
		return fmt.Errorf("a size is %.40s, not a whole number of bytes", raw)
	}
	*s = size(value)
	return nil
}
