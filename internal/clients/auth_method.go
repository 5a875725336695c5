package clients

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// authMethod is a method of authentication.
type authMethod struct {
	name string
	// selectedBy are the arguments that select the method; one of them is
	// enough.
	selectedBy []string
	// required are the arguments that the method requires.
	required []string
}

// The names of the methods.
const (
	byToken      = "token"
	byPassword   = "password"
	byKey        = "access key"
	byCredential = "application credential"
)

// method returns the method that the source with the highest precedence
// selects. It returns an error if a required argument is missing, and the zero
// value if no source selects a method.
func (s settings) method() (authMethod, error) {
	for at := range nowhere {
		var selected []authMethod
		var labels []string
		for _, m := range s.methods {
			if i := slices.IndexFunc(m.selectedBy, func(attribute string) bool { return s.holds(at, attribute) }); i >= 0 {
				_, label := s.in(at, m.selectedBy[i])
				selected, labels = append(selected, m), append(labels, label)
			}
		}
		switch len(selected) {
		case 0:
		case 1:
			return selected[0], s.check(selected[0], labels[0])
		default:
			return authMethod{}, &configError{"", fmt.Sprintf("%s and %s are both set, but only one method of authentication can be used. %s", labels[0], labels[1], s.alternatives())}
		}
	}
	return authMethod{}, nil
}

// requiredMethod is like method, but returns an error if no method is selected.
func (s settings) requiredMethod() (authMethod, error) {
	m, err := s.method()
	if err == nil && m.name == "" {
		err = &configError{"", "No credentials are set. " + s.alternatives()}
	}
	return m, err
}

// check checks the arguments of a method. selectedBy is the argument that
// selected it.
func (s settings) check(m authMethod, selectedBy string) error {
	for _, attribute := range m.required {
		if !s.isSet(attribute) {
			return s.missing(attribute, selectedBy+" requires it")
		}
	}
	for _, attribute := range slices.Concat(m.selectedBy, m.required) {
		if err := s.checkHeader(attribute); err != nil {
			return err
		}
	}
	return nil
}

// checkHeader checks an argument that is sent in an HTTP header.
func (s settings) checkHeader(attribute string) error {
	if httpguts.ValidHeaderFieldValue(s.get(attribute)) {
		return nil
	}
	return &configError{attribute, s.label(attribute) + " contains a line break or another control character. A file read with file() may need trimspace()."}
}

func (s settings) alternatives() string {
	var texts []string
	for _, m := range s.methods {
		texts = append(texts, strings.Join(m.required, " with "))
	}
	return "Set one of these: " + strings.Join(texts, "; ") + "."
}
