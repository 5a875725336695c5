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

// blockSpec describes a block of the provider: its name, and how its arguments
// relate to each other and to the environment.
type blockSpec struct {
	name string
	// selectedBy are the arguments of which the environment must hold one to
	// configure the service without a block.
	selectedBy []string
	// variables are the environment variables of an argument; the first that is
	// set counts.
	variables map[string][]string
	// general are variables that set several arguments. They rank below
	// all others.
	general map[string][]string
	// overriddenBy are the arguments that identify the same thing as an argument:
	// set in a source of higher precedence, they take precedence over it.
	overriddenBy map[string][]string
	// methods are the ways to authenticate.
	methods []authMethod
}

// settings are the arguments of one block, from all their sources.
type settings struct {
	blockSpec
	env   Env
	block types.Object
	// file holds what a clouds.yaml says, by argument.
	file map[string]string
}

// configError says what is wrong with an argument of a block, or with the block.
type configError struct{ attribute, text string }

func (e *configError) Error() string { return e.text }

// configure returns the client that valid makes of the settings, and the zero
// value if the service is not configured. If the settings are unknown or wrong,
// it returns the client that unavailable makes of the reason. Wrong values that
// come from the environment alone stop only those who use the service, so the
// client reports them.
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

// report adds the diagnostic of an error. It names the argument, because
// Terraform shows only what is written, and a value may be missing or come from
// the environment.
func (s settings) report(err error, diags *diag.Diagnostics) {
	at, name := path.Root(s.name), s.name
	if e, ok := err.(*configError); ok && e.attribute != "" { //nolint:errorlint // The functions of this package return it unwrapped.
		at, name = at.AtName(e.attribute), s.name+"."+e.attribute
	}
	diags.Append(diagnose.AttributeError(at, "Invalid Provider Configuration: "+name, err.Error()))
}

// unknown reports whether a block holds a value that is known only after
// apply, however deep.
func unknown(ctx context.Context, block types.Object) bool {
	value, err := block.ToTerraformValue(ctx)
	return err == nil && !value.IsFullyKnown()
}

// missing is the error for an argument without which the service cannot be used.
func (s settings) missing(attribute, why string) error {
	text := fmt.Sprintf("%s is missing: %s. Set it in the %s block", attribute, why, s.name)
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

// endpoint returns the address in an argument, or else the usual one.
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

// transportAttributes are the arguments of the fields of an api.TransportConfig.
var transportAttributes = map[string]string{"CACertificate": "ca_certificate", "ClientCertificate": "client_certificate"}

// httpClient makes a client; only the certificates can be wrong.
func httpClient(transport api.TransportConfig) (*http.Client, error) {
	client, err := api.NewHTTPClient(transport)
	if e, ok := err.(*api.ConfigError); ok { //nolint:errorlint // It is documented to be the type of the error.
		return nil, &configError{transportAttributes[e.Field], e.Problem}
	}
	return client, err
}
