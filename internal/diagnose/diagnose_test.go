package diagnose_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// timedOut returns the error of a call that WithTimeout ends.
func timedOut(t *testing.T, after time.Duration) error {
	t.Helper()
	ctx, cancel := diagnose.WithTimeout(t.Context(), after)
	defer cancel()
	<-ctx.Done()
	return context.Cause(ctx)
}

func TestError(t *testing.T) {
	t.Parallel()
	late := timedOut(t, time.Millisecond)
	const where = "\n\nService: desktop\nOperation: GET /x"
	failure := func(change func(*api.Error)) *api.Error {
		e := &api.Error{Service: "desktop", Operation: "GET /x"}
		change(e)
		return e
	}
	throttled := failure(func(e *api.Error) {
		e.Status, e.Code, e.Message, e.Kind = 429, "-1", "slow down", api.Throttled
	})
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"of our own":  {errors.New("the desktop is gone"), "The desktop is gone."},
		"with a name": {errors.New("dev_01 is gone"), "dev_01 is gone."},
		"cut":         {errors.New("it begins: 0…"), "It begins: 0…"},
		"in Chinese":  {errors.New("用户不存在。"), "用户不存在。"},
		"everything known": {
			&api.Error{Service: "cvm", Operation: "DescribeInstanceVncUrl", Status: 200, Code: "InvalidInstanceId.NotFound", Message: "instance is gone", RequestID: "r-1", Kind: api.NotFound},
			"instance is gone.\n\nService: cvm\nOperation: DescribeInstanceVncUrl\nHTTP status: 200\nCode: InvalidInstanceId.NotFound\nRequest ID: r-1\n\n" +
				"It does not exist, or the credentials do not allow reading it.",
		},
		"no message": {
			failure(func(e *api.Error) { e.Status, e.Code, e.Kind = 200, "-1", api.Refused }),
			"The service answered without a message." + where + "\nHTTP status: 200\nCode: -1",
		},
		"the client's hint": {
			failure(func(e *api.Error) { e.Message, e.Kind, e.Hint = "who are you?", api.Denied, "Say who you are." }),
			"Who are you?" + where + "\n\nSay who you are.",
		},
		"401": {
			failure(func(e *api.Error) { e.Status, e.Message, e.Kind = 401, "the answer is not JSON", api.Denied }),
			"The answer is not JSON." + where + "\nHTTP status: 401\n\nCheck the credentials in the provider block and their permissions.",
		},
		"404 without a code": {
			failure(func(e *api.Error) { e.Status, e.Message, e.Kind = 404, "the answer is not JSON", api.NotFound }),
			"The answer is not JSON." + where + "\nHTTP status: 404\n\nIf something other than the " +
				"service answered, the endpoint in the provider block is wrong. Otherwise it does not " +
				"exist, or the credentials do not allow reading it.",
		},
		"409": {
			failure(func(e *api.Error) { e.Status, e.Code, e.Message, e.Kind = 409, "conflict", "wait", api.Busy }),
			"wait." + where + "\nHTTP status: 409\nCode: conflict\n\nThe service is busy. Try again later, or set a longer timeout.",
		},
		"429": {
			throttled,
			"slow down." + where + "\nHTTP status: 429\nCode: -1\n\nThe service limits the number of requests. Try again later, or lower -parallelism.",
		},
		"500": {
			failure(func(e *api.Error) { e.Status, e.Message = 500, "the answer is not JSON" }),
			"The answer is not JSON." + where + "\nHTTP status: 500\n\n" +
				"The service failed. Try again later. If the error remains, the operators of the service can find the cause in its logs.",
		},
		"503": {
			failure(func(e *api.Error) {
				e.Status, e.Message, e.Kind, e.Err = 503, "the answer is not JSON", api.Busy, &api.RetryAfterError{Delay: time.Second}
			}),
			"The answer is not JSON." + where + "\nHTTP status: 503\n\nThe service, or a proxy in " +
				"front of it, is not available. Try again later. If the error remains, ask the " +
				"operators of the service.",
		},
		"a page instead of an answer": {
			failure(func(e *api.Error) { e.Status, e.Message = 200, "the answer is not JSON; it begins: <html>" }),
			"The answer is not JSON; it begins: <html>." + where + "\nHTTP status: 200\n\n" +
				"The answer does not have the documented form. If something else answered, such as a proxy or a login page, " +
				"check the endpoint in the provider block.",
		},
		"broken off": {
			failure(func(e *api.Error) { e.Status, e.Message, e.Err = 200, "the answer ended early", io.ErrUnexpectedEOF }),
			"The answer ended early." + where + "\nHTTP status: 200\n\n" +
				"No complete answer arrived. Check the endpoint in the provider block, the network, and a proxy in HTTPS_PROXY.",
		},
		"a refusal without a hint": {
			failure(func(e *api.Error) { e.Status, e.Code, e.Message, e.Kind = 200, "-1", "sold out", api.Refused }),
			"sold out." + where + "\nHTTP status: 200\nCode: -1",
		},
		"a code that is not known": {
			failure(func(e *api.Error) { e.Status, e.Code, e.Message = 500, "10001", "broken" }),
			"broken." + where + "\nHTTP status: 500\nCode: 10001",
		},
		"timeout": {late, "Timed out after 1ms.\n\nUse the timeouts block to set a longer timeout."},
		"timeout of a try": {
			failure(func(e *api.Error) { e.Err = late }),
			"Timed out after 1ms." + where + "\n\nUse the timeouts block to set a longer timeout.",
		},
		"timeout while the service said no": {
			fmt.Errorf("%w: %w", late, throttled),
			"Timed out after 1ms. slow down." + where + "\nHTTP status: 429\nCode: -1\n\nThe service limits the number of requests. Try again later, or lower -parallelism.",
		},
		"timeout with a hint of the client": {
			fmt.Errorf("%w: %w", late, failure(func(e *api.Error) { e.Status, e.Code, e.Kind, e.Hint = 409, "x", api.Busy, "Start it." })),
			"Timed out after 1ms. The service answered without a message." + where + "\nHTTP status: 409\nCode: x\n\nStart it.",
		},
		"timeout while the service is busy": {
			fmt.Errorf("%w: %w", late, failure(func(e *api.Error) { e.Status, e.Code, e.Kind, e.Message = 409, "x", api.Busy, "wait" })),
			"Timed out after 1ms. wait." + where + "\nHTTP status: 409\nCode: x\n\nUse the timeouts block to set a longer timeout.",
		},
		"interrupted": {context.Canceled, "The run was interrupted."},
		"interrupted during a request": {
			failure(func(e *api.Error) { e.Address, e.Err = "http://d", context.Canceled }),
			"The run was interrupted." + where + "\nAddress: http://d",
		},
		"interrupted between two tries": {
			fmt.Errorf("%w: %w", context.Canceled, throttled),
			"The run was interrupted. slow down." + where + "\nHTTP status: 429\nCode: -1",
		},
		"http where https may be": {
			failure(func(e *api.Error) { e.Address, e.Err = "http://d:443", io.EOF }),
			"EOF." + where + "\nAddress: http://d:443\n\n" +
				"No complete answer arrived. Check the endpoint in the provider block, the network, and a proxy in HTTPS_PROXY. " +
				"The address begins with http://: if the service expects https, write https:// in the endpoint.",
		},
		"outcome unknown": {
			fmt.Errorf("%w: %w", errors.New("the service may still have done it"), throttled),
			"The service may still have done it. slow down." + where + "\nHTTP status: " +
				"429\nCode: -1\n\nThe service limits the number of requests. Try again later, or " +
				"lower -parallelism.",
		},
		"hinted": {
			diagnose.WithHint(fmt.Errorf("%w: %w", late, throttled), "Look first."),
			"Timed out after 1ms. slow down." + where + "\nHTTP status: 429\nCode: -1\n\nThe service limits the number of requests. Try again later, or lower -parallelism.\n\nLook first.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := diagnose.Error("Read Desktop", tc.err)
			if got.Severity() != diag.SeverityError || got.Summary() != "Unable to Read Desktop" {
				t.Errorf("got %v %q", got.Severity(), got.Summary())
			}
			if diff := cmp.Diff(strings.Split(tc.want, "\n"), strings.Split(got.Detail(), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWarningsAndAttributeErrors(t *testing.T) {
	t.Parallel()
	at := path.Root("desktop").AtName("endpoint")
	for name, tc := range map[string]struct {
		got, want diag.Diagnostic
	}{
		"warning": {
			diagnose.Warning("Resize Desktop", errors.New("it broke"), "The desktop exists."),
			diag.NewWarningDiagnostic("Unable to Resize Desktop", "It broke.\n\nThe desktop exists."),
		},
		"notice":        {diagnose.Warn("Kept", "It runs on."), diag.NewWarningDiagnostic("Kept", "It runs on.")},
		"input":         {diagnose.AttributeError(at, "Wrong", "Write b."), diag.NewAttributeErrorDiagnostic(at, "Wrong", "Write b.")},
		"input warning": {diagnose.AttributeWarning(at, "Odd", "Write b."), diag.NewAttributeWarningDiagnostic(at, "Odd", "Write b.")},
	} {
		if !tc.got.Equal(tc.want) {
			t.Errorf("%s: got %+v, want %+v", name, tc.got, tc.want)
		}
	}
}

func TestWithHint(t *testing.T) {
	t.Parallel()
	cause := &api.Error{Service: "desktop", Operation: "GET /x", Status: http.StatusNotFound, Kind: api.NotFound}
	err := diagnose.WithHint(cause, "Look first.")
	if !errors.Is(err, api.ErrNotFound) || err.Error() != cause.Error() {
		t.Errorf("got %v", err)
	}
}

func TestWithTimeout(t *testing.T) {
	t.Parallel()
	err := timedOut(t, time.Millisecond)
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
