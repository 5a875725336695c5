// Package diagnose creates diagnostics from errors. All diagnostics of the
// provider are created here, so that they have the same form.
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

// Error returns the diagnostic of an error. action is a verb and a noun, such
// as "Order Desktop".
func Error(action string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to "+action, detail(err))
}

// Warning returns the diagnostic of an error that does not stop the run. hint
// says what the consequence is.
func Warning(action string, err error, hint string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Unable to "+action, detail(err)+"\n\n"+hint)
}

// Fail returns an error that belongs to no call and no attribute. text says what
// is wrong and what to do.
func Fail(summary, text string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, text)
}

// Warn returns a warning without an error.
func Warn(summary, text string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(summary, text)
}

// AttributeError returns the diagnostic of a wrong attribute. text says what is
// wrong and what to write instead.
func AttributeError(at path.Path, summary, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, summary, text)
}

// AttributeWarning returns a warning about an attribute with an allowed value.
func AttributeWarning(at path.Path, summary, text string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(at, summary, text)
}

// WithTimeout limits the time of a Terraform operation. If it ends a call, the
// error contains the timeout.
func WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, &timeoutError{after: d})
}

type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return "timed out after " + e.after.String() }

// Is reports that the error is context.DeadlineExceeded.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// WithHint wraps an error with a hint, a sentence that says what to do. The
// hint is the end of the diagnostic.
func WithHint(err error, hint string) error {
	return &hinted{error: err, hint: hint}
}

type hinted struct {
	error
	hint string
}

func (a *hinted) Unwrap() error { return a.error }

// interrupted is the message for all operations that Ctrl-C ends.
const interrupted = "The run was interrupted."

// detail returns the message, then the service, the operation and other facts one
// per line, then the hint.
func detail(err error) string {
	var b strings.Builder
	var e *api.Error
	if errors.As(err, &e) {
		b.WriteString(message(err, e) + "\n")
		line(&b, "Service", e.Service)
		line(&b, "Operation", e.Operation)
		line(&b, "Address", e.Address)
		if e.Status != 0 {
			line(&b, "HTTP status", fmt.Sprint(e.Status))
		}
		line(&b, "Code", e.Code)
		line(&b, "Request ID", e.RequestID)
	} else if errors.Is(err, context.Canceled) {
		b.WriteString(interrupted)
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

// message returns the unchanged message of the API, or else the text of the
// error. The text of errors that wrap it, such as a timeout, comes first.
func message(err error, e *api.Error) string {
	text := e.Message
	switch {
	case e.Status == 0 && errors.Is(err, context.Canceled):
		return interrupted
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
		if errors.Is(err, context.Canceled) {
			around = interrupted
		}
		text = capital(sentence(around)) + " " + text
	}
	return text
}

// sentence returns text with a full stop, and otherwise unchanged.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") || strings.HasSuffix(text, "。") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}

// capital returns text with a capital first letter, unless the first word may
// be a name.
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
