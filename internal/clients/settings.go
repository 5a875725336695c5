package clients

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// blockSpec describes a block of the provider: its name, the variables of its
// arguments and the relations between them.
type blockSpec struct {
	name string
	// selectedBy are the arguments that configure the service without a block.
	// One of them must be set in the environment.
	selectedBy []string
	// variables are the environment variables of an argument; the first that is
	// set counts.
	variables map[string][]string
	// general are variables that set several arguments. They have the lowest
	// precedence.
	general map[string][]string
	// overriddenBy are the arguments that identify the same object as an
	// argument. They take precedence over it if they are set in a source of
	// higher precedence.
	overriddenBy map[string][]string
	// methods are the methods of authentication.
	methods []authMethod
}

// settings are the arguments of one block, from all their sources.
type settings struct {
	blockSpec
	env   Env
	block types.Object
	// file holds the values in clouds.yaml, by argument.
	file map[string]string
}

// configError is an error in an argument of a block, or in the block.
type configError struct{ attribute, text string }

func (e *configError) Error() string { return e.text }

// configure returns the client that valid creates from the settings, or the
// zero value if the service is not configured. If the settings are unknown or
// wrong, it returns the client that unavailable creates from the error. Wrong
// values from the environment are not diagnostics, because they matter only if
// the service is used: then the client returns the error.
func configure[T any](ctx context.Context, s settings, valid func(settings) (T, error), unavailable func(error) T, diags *diag.Diagnostics) (client T) {
	if unknown(ctx, s.block) {
		return unavailable(ErrUnknown)
	}
	if s.block.IsNull() && !slices.ContainsFunc(s.selectedBy, s.isSet) {
		return client
	}
	client, err := valid(s)
	if err == nil {
		return client
	}
	if !s.block.IsNull() {
		s.report(err, diags)
	}
	return unavailable(err)
}

// report adds the diagnostic of an error. Its text contains the name of the
// argument, because Terraform shows only arguments in the configuration, and
// the value may be missing or come from the environment.
func (s settings) report(err error, diags *diag.Diagnostics) {
	at, name := path.Root(s.name), s.name
	if e, ok := err.(*configError); ok && e.attribute != "" { //nolint:errorlint // The functions of this package return it unwrapped.
		at, name = at.AtName(e.attribute), s.name+"."+e.attribute
	}
	diags.Append(diagnose.AttributeError(at, "Invalid Provider Configuration: "+name, err.Error()))
}

// unknown reports whether a block contains a value at any depth that is known
// only after apply.
func unknown(ctx context.Context, block types.Object) bool {
	value, err := block.ToTerraformValue(ctx)
	return err == nil && !value.IsFullyKnown()
}

// missing returns the error for a required argument that is not set.
func (s settings) missing(attribute, reason string) error {
	text := fmt.Sprintf("%s is missing: %s. Set it in the %s block", attribute, reason, s.name)
	if variables := s.variables[attribute]; len(variables) > 0 {
		text += ", or set " + variables[0]
	}
	return &configError{attribute, text + "."}
}

// ignored returns an error for the first of the arguments that the block sets
// although they have no effect together with another one.
func (s settings) ignored(beside string, attributes ...string) error {
	for _, attribute := range attributes {
		if value, _ := s.in(fromBlock, attribute); value != "" {
			return &configError{attribute, fmt.Sprintf("%s has no effect together with %s. Remove one of the two.", attribute, beside)}
		}
	}
	return nil
}

// endpoint returns the address in an argument, or the default.
func (s settings) endpoint(attribute, usual string) (*url.URL, error) {
	address := s.get(attribute)
	if address == "" {
		address = usual
	}
	endpoint, err := api.ParseEndpoint(address)
	if err != nil {
		text := invalidAddress(address, err)
		if label := s.label(attribute); label != attribute {
			text += " It comes from " + label + "."
		}
		return nil, &configError{attribute, text}
	}
	return endpoint, nil
}

// transportAttributes maps the fields of an api.TransportConfig to the
// arguments that set them.
var transportAttributes = map[string]string{"CACertificate": "ca_certificate", "ClientCertificate": "client_certificate"}

// httpClient creates an HTTP client. It returns an error only for invalid
// certificates.
func httpClient(transport api.TransportConfig) (*http.Client, error) {
	client, err := api.NewHTTPClient(transport)
	if e, ok := err.(*api.ConfigError); ok { //nolint:errorlint // It is documented to be the type of the error.
		return nil, &configError{transportAttributes[e.Field], e.Problem}
	}
	return client, err
}
