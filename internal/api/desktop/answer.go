package desktop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
		return fmt.Errorf("its status is %s, not 0 or -1", raw)
	}
	*s = status(n)
	return nil
}

func (e envelope) failed() bool { return e.Status != "0" }

// parseEnvelope returns an error that says what is wrong with the frame.
func parseEnvelope(body []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		var wrongType *json.UnmarshalTypeError
		switch {
		case errors.As(err, &wrongType) && wrongType.Field == "":
			return e, fmt.Errorf("the answer is a JSON %s, not an object", wrongType.Value)
		case errors.As(err, &wrongType):
			return e, fmt.Errorf("the answer's %s is a JSON %s", wrongType.Field, wrongType.Value)
		case !json.Valid(body):
			return e, errors.New("the answer is not a JSON document")
		}
		return e, fmt.Errorf("the answer cannot be understood: %w", err)
	}
	if e.Status == "" {
		return e, errors.New("the answer lacks a status")
	}
	if bytes.Equal(e.Data, []byte("null")) {
		e.Data = nil
	}
	return e, nil
}

// size is a number of bytes: the document gives volume_size no type, so a JSON
// number and a string that holds one are both taken.
type size int64

func (s *size) UnmarshalJSON(raw []byte) error {
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return fmt.Errorf("a size is %s, not a number of bytes", raw)
	}
	value, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || value < 0 {
		return fmt.Errorf("a size is %s, not a whole number of bytes", raw)
	}
	*s = size(value)
	return nil
}
