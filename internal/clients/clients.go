// Package clients turns the provider's configuration into one client for each
// service. It is the one place that says "not configured".
package clients

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"golang.org/x/net/http/httpguts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// Env is what the provider process hands to every client.
type Env struct {
	// Getenv reads an environment variable; a configured value goes before it.
	Getenv func(string) string
	// UserAgent is sent with every request.
	UserAgent string
	// Logger receives what the clients log.
	Logger *slog.Logger
	// Retry says how long the clients wait between tries.
	Retry api.RetryPolicy
	// DoubtWait is how long an order is waited for whose answer never came; 0
	// is the desktop client's default.
	DoubtWait time.Duration
}

// Set holds a client for each service that is configured.
type Set struct {
	desktop   *desktop.Client
	hpc       *hpc.Client
	cvm       *cvm.Client
	policies  Claims
	workspace *workspace.Client
	compute   *Compute
}

// Close ends what the clients do besides answering calls. They are of no use
// afterwards.
func (s *Set) Close() error {
	if s.desktop == nil {
		return nil
	}
	return s.desktop.Close()
}

// ErrUnknown is what a client returns whose configuration is not known before
// apply.
var ErrUnknown = errors.New("the configuration of the provider depends on values that are known only after apply; apply what they come from first, with -target=ADDRESS")

// From returns the client that pick takes out of a provider's data. It is nil
// while Terraform only validates, and, with an error in diags, if the service
// is not configured.
func From[C any](data any, pick func(*Set) (*C, error), diags *diag.Diagnostics) *C {
	if data == nil {
		return nil
	}
	set, ok := data.(*Set)
	if !ok {
		diags.Append(diagnose.Error("Configure Provider", fmt.Errorf("the provider's data is a %T; this is a bug of the provider", data)))
		return nil
	}
	client, err := pick(set)
	if err != nil {
		diags.Append(diagnose.Error("Configure Provider", err))
		return nil
	}
	return client
}

// configured returns a client, or the error that names the block to add.
func configured[C any](client *C, block, variable string) (*C, error) {
	if client == nil {
		return nil, fmt.Errorf("the service behind this type is not configured: add a `%s` block to the provider to use it, or set %s", block, variable)
	}
	return client, nil
}

// text returns a configured value, else the environment's.
func (e Env) text(value types.String, variable string) string {
	if !value.IsNull() {
		return value.ValueString()
	}
	return e.Getenv(variable)
}

// transport returns what the clients' transports have in common.
func (e Env) transport() api.TransportConfig {
	return api.TransportConfig{UserAgent: e.UserAgent, Logger: e.Logger}
}

// unknown reports whether a block holds a value that is known only after
// apply, however deep.
func unknown(ctx context.Context, block types.Object) bool {
	value, err := block.ToTerraformValue(ctx)
	return err == nil && !value.IsFullyKnown()
}

// decode returns the model of a block that is known, the zero model of one that
// is absent.
func decode[M any](ctx context.Context, block types.Object, diags *diag.Diagnostics) M {
	var m M
	if !block.IsNull() {
		diags.Append(block.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	return m
}

// wrong words a wrong value in the provider block. It names the attribute,
// because Terraform shows only what is written, and a value may be missing or
// come from the environment.
func wrong(diags *diag.Diagnostics, block, attribute, text string) {
	at, name := path.Root(block), block
	if attribute != "" {
		at, name = at.AtName(attribute), block+"."+attribute
	}
	diags.Append(diagnose.AttributeError(at, "Invalid Provider Configuration: "+name, text))
}

// sentence words what is wrong with an address. One that may hold a credential
// is not repeated.
func sentence(value string, err error) string {
	if strings.ContainsAny(value, "@?") {
		return fmt.Sprintf("The value cannot be used: %v.", err)
	}
	return fmt.Sprintf("%q: %v.", value, err)
}

// setHeader adds a header to those sent with every request. from is where its
// value is written.
func setHeader(h http.Header, name, value, from string, diags *diag.Diagnostics) {
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		wrong(diags, "desktop", "headers", fmt.Sprintf("%q cannot be the name of an HTTP header. Write a name like Authorization.", name))
	case !httpguts.ValidHeaderFieldValue(value) || strings.TrimSpace(value) == "":
		wrong(diags, "desktop", "headers", from+" cannot be sent: it is empty, or holds a line break or another control character. A file read with file() may need trimspace().")
	default:
		h.Set(name, value)
	}
}
