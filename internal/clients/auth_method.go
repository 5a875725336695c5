package clients

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// authMethod is a way to authenticate.
type authMethod struct {
	name string
	// selectedBy are the arguments of which any one selects the method.
	selectedBy []string
	// required are the arguments without which it does not work.
	required []string
}

// The names of the methods.
const (
	byToken      = "token"
	byPassword   = "password"
	byKey        = "access key"
	byCredential = "application credential"
)

// method returns the method that the first source with one selects, after
// checking that all its arguments are set. The zero value means that no source
// selects a method.
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

// requiredMethod is method for a service that cannot be used without one.
func (s settings) requiredMethod() (authMethod, error) {
	m, err := s.method()
	if err == nil && m.name == "" {
		err = &configError{"", "No credentials are set. " + s.alternatives()}
	}
	return m, err
}

// check checks the arguments of a method that another argument selected.
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
