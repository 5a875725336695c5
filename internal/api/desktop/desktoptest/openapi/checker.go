// Package openapi checks all requests, answers and callbacks of the fake
// desktop service against an OpenAPI document of the service. It is a separate
// package, so that the simulator does not depend on an OpenAPI validator.
package openapi

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

//go:embed openapi.yaml
var document []byte

// Reporter is the part of testing.TB that reports failures.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// Checker fails a test if a message does not match the document. Use it with
// desktoptest.WithChecker.
type Checker struct {
	report Reporter
	*spec
}

var _ desktoptest.Checker = (*Checker)(nil)

// New loads the OpenAPI document, or ends the test.
func New(t testing.TB) *Checker {
	t.Helper()
	s, err := load()
	if err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	return &Checker{t, s}
}

type spec struct {
	doc    *openapi3.T
	router routers.Router
}

// load parses the document once for all tests of a process.
var load = sync.OnceValues(func() (*spec, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	return &spec{doc, router}, nil
})

// Exchange checks a request and its answer.
func (c *Checker) Exchange(req *http.Request, resp *http.Response) {
	c.report.Helper()
	if err := c.exchange(req, resp); err != nil {
		c.report.Errorf("%s %s does not match the OpenAPI document: %v", req.Method, req.URL.Path, err)
	}
}

func (c *Checker) exchange(req *http.Request, resp *http.Response) error {
	route, params, err := c.router.FindRoute(req)
	if err != nil {
		return err
	}
	input := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
	if err := openapi3filter.ValidateRequest(req.Context(), input); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	err = openapi3filter.ValidateResponse(req.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Body:                   resp.Body,
		Options:                &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// Callback checks the body that reports the end of an operation.
func (c *Checker) Callback(call desktoptest.Call, body []byte) {
	c.report.Helper()
	if err := c.callback(call, body); err != nil {
		c.report.Errorf("the callback of %s does not match the OpenAPI document: %v", call, err)
	}
}

func (c *Checker) callback(call desktoptest.Call, body []byte) error {
	_, path, _ := strings.Cut(string(call), " ")
	item := c.doc.Paths.Find(path)
	if item == nil || item.Post == nil || item.Post.Callbacks["result"] == nil {
		return errors.New("it has no callback")
	}
	post := item.Post.Callbacks["result"].Value.Value("{$request.body#/callback_url}").Post
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	schema := post.RequestBody.Value.Content.Get("application/json").Schema.Value
	return schema.VisitJSON(value, openapi3.EnableJSONSchema2020(), openapi3.VisitAsRequest())
}
