// Package logging writes records of log/slog to the log of the provider.
package logging

import (
	"context"
	"log/slog"
	"maps"
	"regexp"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// NewHandler returns a handler that writes to the log of the provider with the
// logger in the context of a record. Records outside of a Terraform call, such
// as those of the receiver, are written with the logger in configured, the
// context of the Configure call.
func NewHandler(configured context.Context) slog.Handler {
	return handler{configured: configured}
}

type handler struct {
	configured context.Context
	fields     map[string]any
	prefix     string
}

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	_, enabled, _ := h.logger(ctx, level)
	return enabled
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	ctx, _, write := h.logger(ctx, record.Level)
	fields := h.with(nil)
	record.Attrs(func(attr slog.Attr) bool {
		add(fields, h.prefix, attr)
		return true
	})
	write(ctx, scrub(record.Message), fields)
	return nil
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.fields = h.with(attrs)
	return h
}

func (h handler) WithGroup(name string) slog.Handler {
	if name != "" {
		h.prefix += name + "."
	}
	return h
}

// logger returns the context with the logger for records of a level, whether
// they are written, and the function that writes them.
func (h handler) logger(ctx context.Context, level slog.Level) (context.Context, bool, func(context.Context, string, ...map[string]any)) {
	enabled, write := tflog.IsTrace, tflog.Trace
	switch {
	case level >= slog.LevelError:
		enabled, write = tflog.IsError, tflog.Error
	case level >= slog.LevelWarn:
		enabled, write = tflog.IsWarn, tflog.Warn
	case level >= slog.LevelInfo:
		enabled, write = tflog.IsInfo, tflog.Info
	case level >= slog.LevelDebug:
		enabled, write = tflog.IsDebug, tflog.Debug
	}
	// All loggers of a process have the same level, so this means that ctx has
	// no logger.
	if !enabled(ctx) {
		ctx = h.configured
	}
	return ctx, enabled(ctx), write
}

// with returns the fields of the handler, and attrs.
func (h handler) with(attrs []slog.Attr) map[string]any {
	fields := make(map[string]any, len(h.fields)+len(attrs))
	maps.Copy(fields, h.fields)
	for _, attr := range attrs {
		add(fields, h.prefix, attr)
	}
	return fields
}

// add adds an attribute to fields. It adds the attributes of a group one by
// one.
func add(fields map[string]any, prefix string, attr slog.Attr) {
	value := attr.Value.Resolve()
	switch value.Kind() {
	case slog.KindGroup:
		if attr.Key != "" {
			prefix += attr.Key + "."
		}
		for _, member := range value.Group() {
			add(fields, prefix, member)
		}
	case slog.KindBool, slog.KindFloat64, slog.KindInt64, slog.KindUint64:
		fields[prefix+attr.Key] = value.Any()
	case slog.KindAny, slog.KindDuration, slog.KindLogValuer, slog.KindString, slog.KindTime:
		if !attr.Equal(slog.Attr{}) {
			fields[prefix+attr.Key] = scrub(value.String())
		}
	}
}

var (
	queries   = regexp.MustCompile(`\?[^\s"']+`)
	userinfos = regexp.MustCompile(`://[^\s/"']*@`)
)

// scrub removes the query and the user from every URL in text. The errors of
// other libraries quote URLs, which may be signed or contain a password.
func scrub(text string) string {
	return userinfos.ReplaceAllString(queries.ReplaceAllString(text, "?***"), "://***@")
}
