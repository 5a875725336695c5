package logging_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/logging"
)

func TestHandler_writesToTheLogOfTheCall(t *testing.T) {
	t.Parallel()
	signed := &url.Error{Op: "Get", URL: "https://user:hunter2@files.example.com/a/b?X-Signature=hunter2&x", Err: errors.New("refused")}
	tests := map[string]struct {
		log  func(context.Context, *slog.Logger)
		want map[string]any
	}{
		"each kind of value": {
			log: func(ctx context.Context, l *slog.Logger) {
				l.LogAttrs(ctx, slog.LevelDebug, "request",
					slog.String("path", "/api"), slog.Int("status", 200), slog.Bool("tls", true),
					slog.Duration("duration", 12*time.Millisecond), slog.Attr{})
			},
			want: map[string]any{"@level": "debug", "@message": "request", "path": "/api", "status": float64(200), "tls": true, "duration": "12ms"},
		},
		"attributes and groups": {
			log: func(ctx context.Context, l *slog.Logger) {
				l.With("a", 1).WithGroup("outer").With("b", 2).WithGroup("").
					InfoContext(ctx, "grouped", slog.Group("inner", slog.Int("c", 3)), slog.Group("", slog.Int("d", 4)), slog.Group("empty"))
			},
			want: map[string]any{"@level": "info", "@message": "grouped", "a": 1.0, "outer.b": 2.0, "outer.inner.c": 3.0, "outer.d": 4.0},
		},
		"a value that knows what it may tell": {
			log: func(ctx context.Context, l *slog.Logger) {
				l.WarnContext(ctx, "waiting", "operation", secret("hunter2"))
			},
			want: map[string]any{"@level": "warn", "@message": "waiting", "operation": "secret"},
		},
		"an error that quotes a signed URL": {
			log: func(ctx context.Context, l *slog.Logger) {
				l.ErrorContext(ctx, "cannot get /a/b?X-Signature=hunter2", "error", signed)
			},
			want: map[string]any{
				"@level": "error", "@message": "cannot get /a/b?***",
				"error": `Get "https://***@files.example.com/a/b?***": refused`,
			},
		},
		"below debug": {
			log:  func(ctx context.Context, l *slog.Logger) { l.Log(ctx, slog.LevelDebug-4, "detail") },
			want: map[string]any{"@level": "trace", "@message": "detail"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var output bytes.Buffer
			tt.log(tflogtest.RootLogger(t.Context(), &output), slog.New(logging.NewHandler(t.Context())))
			if diff := cmp.Diff([]map[string]any{tt.want}, records(t, &output)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHandler_outsideACall(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	logger := slog.New(logging.NewHandler(tflogtest.RootLogger(t.Context(), &output)))
	logger.InfoContext(t.Context(), "callback refused")
	want := []map[string]any{{"@level": "info", "@message": "callback refused"}}
	if diff := cmp.Diff(want, records(t, &output)); diff != "" {
		t.Error(diff)
	}
}

func TestHandler_withoutALog(t *testing.T) {
	t.Parallel()
	logger := slog.New(logging.NewHandler(t.Context()))
	if logger.Enabled(t.Context(), slog.LevelError) {
		t.Error("it asks for records that nobody reads")
	}
	logger.ErrorContext(t.Context(), "unheard", "a", 1)
}

func TestHandler_derivedLoggers(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &output)
	parent := slog.New(logging.NewHandler(ctx)).With("a", 1)
	parent.With("b", 2)
	parent.InfoContext(tflog.SetField(ctx, "tf_rpc", "Read"), "parent")
	want := []map[string]any{{"@level": "info", "@message": "parent", "a": 1.0, "tf_rpc": "Read"}}
	if diff := cmp.Diff(want, records(t, &output)); diff != "" {
		t.Error(diff)
	}
}

type secret string

func (secret) LogValue() slog.Value { return slog.StringValue("secret") }

// records decodes the log records, without the name of the logger.
func records(t *testing.T, output *bytes.Buffer) []map[string]any {
	t.Helper()
	decoded, err := tflogtest.MultilineJSONDecode(output)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range decoded {
		delete(record, "@module")
	}
	return decoded
}
