package awskeys

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// chain looks for a key in the order of the AWS tools.
type chain struct {
	Config
	local *http.Client // Reaches the services of this machine.
}

// source is a place where a key may be.
type source struct {
	name string
	// selected is set if the user selected the source; nothing after it is tried.
	selected bool
	find     func(ctx context.Context) (Value, error)
}

// Error says why there is no access key. It contains no secret.
type Error struct {
	// Source is the source that was selected, or empty if all were tried.
	Source string
	err    error
}

func (e *Error) Error() string {
	if e.Source == "" {
		return fmt.Sprintf("no credentials for the bucket were found. Tried: %v. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine, the container or the pod a role", e.err)
	}
	return fmt.Sprintf("no credentials for the bucket from the %s: %v", e.Source, e.err)
}

func (e *Error) Unwrap() error { return e.err }

// Temporary reports whether another attempt may succeed. That nobody answers where
// a machine would have a role is the usual case.
func (e *Error) Temporary() bool {
	failed, ok := errors.AsType[*fetchError](e.err)
	return ok && failed.temporary && (e.Source != "" || failed.status != 0)
}

func (c *chain) find(ctx context.Context) (Value, error) {
	var tried []string
	var errs []error
	for _, s := range c.sources() {
		value, err := s.find(ctx)
		if err == nil && !value.complete() {
			err = errors.New("it gave no complete access key")
		}
		switch {
		case err == nil:
			return value, nil
		case ctx.Err() != nil:
			return Value{}, &Error{Source: s.name, err: context.Cause(ctx)}
		case s.selected:
			return Value{}, &Error{Source: s.name, err: err}
		}
		tried = append(tried, fmt.Sprintf("%s (%v)", s.name, err))
		errs = append(errs, err)
	}
	return Value{}, &Error{err: &triedError{text: strings.Join(tried, ", "), errs: errs}}
}

// triedError is the errors of all sources.
type triedError struct {
	text string
	errs []error
}

func (e *triedError) Error() string { return e.text }

func (e *triedError) Unwrap() []error { return e.errs }

// sources returns the places to look at. One whose variables are not set says so
// in the error.
func (c *chain) sources() []source {
	return []source{
		c.selectedBy("environment", c.findEnvironment, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
		c.selectedBy("web identity", c.findWebIdentity, "AWS_WEB_IDENTITY_TOKEN_FILE"),
		{name: fmt.Sprintf("profile %q", c.profile()), selected: c.Getenv("AWS_PROFILE") != "", find: c.findProfile},
		c.selectedBy("role of the container", c.findContainer, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
		{name: "role of the machine", find: c.findMachine},
	}
}

// selectedBy returns a source that is used if one of the variables is set.
func (c *chain) selectedBy(name string, find func(context.Context) (Value, error), variables ...string) source {
	for _, variable := range variables {
		if c.Getenv(variable) != "" {
			return source{name: name, selected: true, find: find}
		}
	}
	return source{name: name, find: func(context.Context) (Value, error) {
		return Value{}, fmt.Errorf("%s is not set", variables[0])
	}}
}

func (c *chain) findEnvironment(context.Context) (Value, error) {
	v := Value{
		AccessKeyID:     c.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: c.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    c.Getenv("AWS_SESSION_TOKEN"),
	}
	switch {
	case v.AccessKeyID == "":
		return v, errors.New("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not; set both, or neither")
	case v.SecretAccessKey == "":
		return v, errors.New("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not; set both, or neither")
	}
	return v, nil
}
