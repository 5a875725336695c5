package api_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

func TestError_text(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  api.Error
		want string
	}{
		"everything": {
			api.Error{Service: "cvm", Operation: "DescribeInstanceVncUrl", Status: 200, Code: "InternalError", Message: "try later", RequestID: "r-1"},
			"cvm: DescribeInstanceVncUrl: HTTP 200: code InternalError: try later (request r-1)",
		},
		"only a cause": {
			api.Error{Service: "desktop", Operation: "GET /x", Err: errors.New("connection refused")},
			"desktop: GET /x: connection refused",
		},
		"a message says more than its cause": {
			api.Error{Service: "desktop", Operation: "GET /x", Status: 503, Message: "down", Err: errors.New("hidden")},
			"desktop: GET /x: HTTP 503: down",
		},
		"nothing known": {api.Error{Service: "hpc", Operation: "GET /x"}, "hpc: GET /x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, tc.err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestError_is(t *testing.T) {
	t.Parallel()
	sentinels := map[api.Kind]error{
		api.NotFound: api.ErrNotFound, api.Denied: api.ErrDenied, api.Throttled: api.ErrThrottled,
		api.Busy: api.ErrBusy, api.Refused: api.ErrRefused,
	}
	for _, kind := range []api.Kind{api.Other, api.NotFound, api.Denied, api.Throttled, api.Busy, api.Refused} {
		err := fmt.Errorf("wrapped: %w", &api.Error{Kind: kind})
		for of, sentinel := range sentinels {
			if got, want := errors.Is(err, sentinel), of == kind; got != want {
				t.Errorf("an error of kind %d is %q: %t, want %t", kind, sentinel, got, want)
			}
		}
	}
	cause := errors.New("cause")
	if !errors.Is(&api.Error{Err: cause}, cause) {
		t.Error("the cause is not found")
	}
}

func TestKindOfStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]api.Kind{
		200: api.Other, 400: api.Refused, 401: api.Denied, 403: api.Denied, 404: api.NotFound, 409: api.Busy, 410: api.NotFound,
		413: api.Refused, 423: api.Busy, 429: api.Throttled, 500: api.Other, 502: api.Busy, 503: api.Busy, 504: api.Busy,
	} {
		if got := api.KindOfStatus(status); got != want {
			t.Errorf("%d is of kind %d, want %d", status, got, want)
		}
	}
}
