package drift

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// stream reads a JSON document in parts, so that its memory does not depend on
// the size of the document.
type stream struct {
	*json.Decoder
}

func newStream(r io.Reader) stream {
	dec := json.NewDecoder(r)
	dec.UseNumber()
	return stream{dec}
}

// object calls field for each key of an object. field must read the value.
func (s stream) object(field func(key string) error) error {
	return s.each('{', func() error {
		key, err := s.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		return field(name)
	})
}

// array calls element for each element of an array. element must read it.
func (s stream) array(element func() error) error { return s.each('[', element) }

// each reads an object or an array; null counts as empty.
func (s stream) each(begin json.Delim, item func() error) error {
	switch first, err := s.Token(); {
	case err != nil || first == nil:
		return err
	case first != begin:
		return fmt.Errorf("it has %v where %v is expected", first, begin)
	}
	for s.More() {
		if err := item(); err != nil {
			return err
		}
	}
	_, err := s.Token()
	return err
}

// skip reads and discards the next value.
func (s stream) skip() error {
	for depth := 0; ; {
		token, err := s.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// end returns an error if there is text after the document.
func (s stream) end() error {
	switch _, err := s.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return errors.New("there is text after the end of the document")
}

// cutShort reports whether err means that the input is incomplete.
func cutShort(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
