// Package answer decodes the JSON of the cloud desktop service. Its answers and
// its callbacks have the same outer object.
package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Frame is the outer object of every answer and every callback.
type Frame struct {
	Data    json.RawMessage `json:"data"`
	Message string          `json:"message"`
	Status  Status          `json:"status"`
}

// Status is "0" for success and "-1" for failure. It is a string in the answers
// to POST and in callbacks, and a number in the answers to GET.
type Status string

// The statuses in the service's API document.
const (
	Success Status = "0"
	Failure Status = "-1"
)

// UnmarshalJSON accepts a number, or a string that contains one.
func (s *Status) UnmarshalJSON(raw []byte) error {
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil || n == "" {
		return errors.New("its status is not 0 or -1")
	}
	*s = Status(n)
	return nil
}

// Parse decodes a frame. The error says what is wrong; it begins with what, the
// name of the document, such as "the answer".
func Parse(what string, body []byte) (Frame, error) {
	var f Frame
	err := json.Unmarshal(body, &f)
	switch {
	case err != nil && !json.Valid(body):
		return f, fmt.Errorf("%s is not a JSON document", what)
	case err != nil:
		return f, TypeMismatch(what, err)
	case f.Status == "":
		return f, fmt.Errorf("%s lacks a status", what)
	}
	if bytes.Equal(f.Data, []byte("null")) {
		f.Data = nil
	}
	return f, nil
}

// TypeMismatch replaces the names of Go types in an error of encoding/json by
// those of JSON types.
func TypeMismatch(what string, err error) error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return fmt.Errorf("%s cannot be understood: %w", what, err)
	}
	if wrong.Field != "" {
		what += "'s " + wrong.Field
	}
	want := "a " + wrong.Type.String()
	switch wrong.Type.Kind() { //nolint:exhaustive // The other kinds have the same names in JSON.
	case reflect.Struct:
		want = "an object"
	case reflect.Slice:
		want = "a list"
	}
	return fmt.Errorf("%s is a JSON %s, not %s", what, wrong.Value, want)
}

// Desktop is the data of the callback of a successful order.
type Desktop struct {
	Username string
	UUID     string
	// Password is the initial password of a new user, else empty.
	Password string
}

// Desktop returns the desktop that a successful callback names. Its error
// contains no part of the data, because the data contains a password.
func (f Frame) Desktop() (Desktop, error) {
	var data struct {
		Username Text `json:"username"`
		UUID     Text `json:"desktop_uuid"`
		Password Text `json:"password"`
	}
	if len(f.Data) == 0 || json.Unmarshal(f.Data, &data) != nil {
		return Desktop{}, errors.New("the callback's data is not an object of strings")
	}
	d := Desktop{
		Username: strings.TrimSpace(string(data.Username)),
		UUID:     strings.TrimSpace(string(data.UUID)),
		Password: string(data.Password),
	}
	switch {
	case d.Username == "":
		return Desktop{}, errors.New("the callback lacks username")
	case d.UUID == "":
		return Desktop{}, errors.New("the callback lacks desktop_uuid")
	}
	return d, nil
}

// Text is a string. A number is accepted as well, since the document does not
// show the types of names and ids.
type Text string

// UnmarshalJSON accepts a string, a number or null.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var n json.Number
	if raw[0] != '"' && json.Unmarshal(raw, &n) == nil {
		*t = Text(n)
		return nil
	}
	return json.Unmarshal(raw, (*string)(t))
}

// WithoutPassword returns a callback without the passwords in its data. It
// returns nil for a body that is not JSON, because a password in it could not
// be found.
func WithoutPassword(body []byte) []byte {
	var document any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&document) != nil || d.More() {
		return nil
	}
	removePasswords(document)
	redacted, err := json.Marshal(document)
	if err != nil {
		return nil
	}
	return redacted
}

func removePasswords(value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, element := range value {
			if strings.EqualFold(name, "password") {
				delete(value, name)
				continue
			}
			removePasswords(element)
		}
	case []any:
		for _, element := range value {
			removePasswords(element)
		}
	}
}
