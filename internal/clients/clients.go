// Package clients creates a client for each service from the configuration of
// the provider. Only this package reports that a service is not configured.
package clients

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/instances"
)

// Env is the environment of the clients.
type Env struct {
	// Getenv reads an environment variable. Arguments take precedence over it.
	Getenv func(string) string
	// UserAgent is sent with every request.
	UserAgent string
	// Logger receives the log records of the clients.
	Logger *slog.Logger
	// Retry is the waiting time between the attempts of a call.
	Retry api.RetryPolicy
}

// Set holds a client for each service that is configured.
type Set struct {
	desktop   *desktop.Client
	hpc       *hpc.Client
	cvm       *cvm.Client
	instances *instances.Registry
	workspace *workspace.Client
	compute   *Compute
	state     *LocalState
}

// Close stops receiving callbacks. The clients cannot be used afterwards.
func (s *Set) Close() error {
	if s.desktop == nil {
		return nil
	}
	return s.desktop.Close()
}

// Orphaned is called if Terraform has ended without stopping this process. It
// returns when the process may end.
func (s *Set) Orphaned(ctx context.Context) error {
	if s.desktop == nil {
		return nil
	}
	return s.desktop.Orphaned(ctx)
}

// Instances returns what the resource instances of this plan or apply manage.
func (s *Set) Instances() (*instances.Registry, error) { return s.instances, nil }

// ErrUnknown is the error of a client whose configuration is not known before
// apply.
var ErrUnknown = errors.New("the configuration of the provider depends on values that are known only after apply; apply their source first, with -target=ADDRESS")

// From returns the client that pick selects from the provider's data. It returns
// nil while Terraform only validates. If the service is not configured, it
// returns nil and adds an error to diags.
func From[C any](data any, pick func(*Set) (*C, error), diags *diag.Diagnostics) *C {
	if data == nil {
		return nil
	}
	set, ok := data.(*Set)
	if !ok {
		diags.Append(diagnose.Error("Configure Provider", fmt.Errorf("the provider's data is a %T; this is a bug in the provider", data)))
		return nil
	}
	client, err := pick(set)
	if err != nil {
		diags.Append(diagnose.Error("Configure Provider", err))
		return nil
	}
	return client
}

// configured returns a client, or an error that says which block to add.
func configured[C any](client *C, block, variable string) (*C, error) {
	if client == nil {
		return nil, fmt.Errorf("the service behind this type is not configured: add a `%s` block to the provider to use it, or set %s", block, variable)
	}
	return client, nil
}

// transport returns the common configuration of all HTTP clients.
func (e Env) transport() api.TransportConfig {
	return api.TransportConfig{UserAgent: e.UserAgent, Logger: e.Logger}
}

// invalidAddress returns why an address cannot be used. It does not quote an
// address that may contain a password.
func invalidAddress(address string, err error) string {
	if strings.ContainsAny(address, "@?") {
		return fmt.Sprintf("The address cannot be used: %v.", err)
	}
	return fmt.Sprintf("%q cannot be used: %v.", address, err)
}
