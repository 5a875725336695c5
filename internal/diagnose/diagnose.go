// Package diagnose turns errors into diagnostics. It is the one place that
// words them.
package diagnose

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// Error words a failure. The action is a verb and a noun: "Order Desktop".
func Error(action string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to "+action, detail(err))
}

// Warning words a failure that does not stop the run, and what follows from it.
func Warning(action string, err error, consequence string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Unable to "+action, detail(err)+"\n\n"+consequence)
}

// Warn is a warning that no failure is behind.
func Warn(summary, text string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(summary, text)
}

// AttributeError words a wrong value of an attribute: what was wrong and what to write
// instead.
func AttributeError(at path.Path, summary, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, summary, text)
}

// InputWarning is Input for a value that may stay.
func InputWarning(at path.Path, summary, text string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(at, summary, text)
}

// WithTimeout bounds an operation of Terraform; the error of a wait that it
// ends says how long was waited.
func WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, &timeoutError{after: d})
}

type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return "no end came within " + e.after.String() }

// Is makes it the deadline that it stands for.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// WithHint wraps an error with a sentence that says what to do about it; detail
// ends with it.
func WithHint(err error, hint string) error {
	return &hinted{error: err, hint: hint}
}

type hinted struct {
	error
	hint string
}

func (a *hinted) Unwrap() error { return a.error }

// detail is the API's own message first, then the particulars one per line,
// then one hint.
func detail(err error) string {
	var b strings.Builder
	var e *api.Error
	if errors.As(err, &e) {
		b.WriteString(message(err, e) + "\n")
		line(&b, "Service", e.Service)
		line(&b, "Operation", e.Operation)
		if e.Status != 0 {
			line(&b, "HTTP status", fmt.Sprint(e.Status))
		}
		line(&b, "Code", e.Code)
		line(&b, "Request ID", e.RequestID)
	} else if errors.Is(err, context.Canceled) {
		b.WriteString("The run was interrupted.")
	} else {
		b.WriteString(capital(sentence(err.Error())))
	}
	if h := hint(err, e); h != "" {
		b.WriteString("\n\n" + h)
	}
	if a, ok := errors.AsType[*hinted](err); ok {
		b.WriteString("\n\n" + a.hint)
	}
	return b.String()
}

func line(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "\n%s: %s", name, value)
	}
}

// message is what the API said, word for word, or else what our client says,
// after what was wrapped around it: a time-out, or that an order is in doubt.
func message(err error, e *api.Error) string {
	text := e.Message
	switch {
	case text != "":
	case e.Err != nil:
		text = e.Err.Error()
	default:
		text = "The service answered without a message"
	}
	text = sentence(text)
	if e.Code == "" {
		text = capital(text)
	}
	if around, ok := strings.CutSuffix(err.Error(), ": "+e.Error()); ok {
		text = capital(sentence(around)) + " " + text
	}
	return text
}

// sentence ends with a full stop. What an API says is left as it is besides.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") || strings.HasSuffix(text, "。") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}

// capital makes a sentence of one of our own errors. A first word that may be
// a name is left alone.
func capital(text string) string {
	word, _, _ := strings.Cut(text, " ")
	for _, r := range word {
		if r < 'a' || r > 'z' {
			return text
		}
	}
	if word == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
