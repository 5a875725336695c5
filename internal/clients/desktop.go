package clients

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/net/http/httpguts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
)

var desktopSpec = blockSpec{
	name:       "desktop",
	selectedBy: []string{"endpoint"},
	variables:  map[string][]string{"endpoint": {"CLOUDDESKTOP_ENDPOINT"}},
}

// documentedSystems are the values of os in the API document of the service.
var documentedSystems = []string{"win7", "win10", "kylin", "macos"}

func desktopBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "The cloud desktop service, for desktops, policies and passwords. It reports the results of orders by callbacks: see `callback`.",
		Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The base address of the service, such as `https://desktop.example.com`. Default: the environment variable `CLOUDDESKTOP_ENDPOINT`.",
			},
			"headers": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType,
				MarkdownDescription: "Headers to send with every request, such as `Authorization`. Default for `Authorization`: the environment variable `CLOUDDESKTOP_AUTHORIZATION`.",
			},
			"ca_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "CA certificates (PEM) to trust for the service. Default: those of the system.",
			},
			"client_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Client certificate (PEM) for mutual TLS. Requires `client_key`.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("client_key"))},
			},
			"client_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The private key (PEM) of `client_certificate`.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("client_certificate"))},
			},
			"operating_systems": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The operating systems that the deployment offers. Any other is an error at plan time. Default: `win7`, `win10`, `kylin` and `macos`.",
				Validators: []validator.List{
					listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			"policy_scope": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What a policy applies to: `service` (default), all desktops of the service, or `desktop`, a single desktop, if the deployment supports that.",
				Validators:          []validator.String{stringvalidator.OneOf("service", "desktop")},
			},
			"policy_callback": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether the deployment reports the result of a policy update by a callback, for which the provider then waits. Default: `false`.",
			},
			"user_groups": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The user groups that a list resource covers if it sets no user and no group. Default: none.",
				Validators: []validator.List{
					listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
		},
	}
}

// Desktop returns the client of the cloud desktop service.
func (s *Set) Desktop() (*desktop.Client, error) {
	return configured(s.desktop, "desktop", "CLOUDDESKTOP_ENDPOINT")
}

func newDesktop(ctx context.Context, env Env, block, callbackBlock types.Object, diags *diag.Diagnostics) *desktop.Client {
	s := settings{blockSpec: desktopSpec, env: env, block: block}
	valid := func(s settings) (*desktop.Client, error) {
		config, err := s.desktop()
		if err != nil {
			return nil, err
		}
		callbacks := newCallbacks(ctx, env, callbackBlock, diags)
		config.Callbacks, config.CallbacksUnavailable = callbacks.receiver, callbacks.err
		return desktop.New(config), nil
	}
	return configure(ctx, s, valid, func(err error) *desktop.Client { return desktop.New(desktop.Config{Unavailable: err}) }, diags)
}

// desktop returns the configuration of the client, without callbacks.
func (s settings) desktop() (desktop.Config, error) {
	config := desktop.Config{
		Retry:            s.env.Retry,
		OperatingSystems: slices.Clone(documentedSystems),
		UserGroups:       s.list("user_groups"),
		PolicyPerDesktop: s.get("policy_scope") == "desktop",
		PolicyCallback:   s.isTrue("policy_callback"),
	}
	if systems := s.list("operating_systems"); systems != nil {
		config.OperatingSystems = systems
	}
	if !s.isSet("endpoint") {
		return config, s.missing("endpoint", "it is the base address of the service")
	}
	var err error
	if config.Endpoint, err = s.endpoint("endpoint", ""); err != nil {
		return config, err
	}
	transport := s.env.transport()
	transport.CACertificate = []byte(s.get("ca_certificate"))
	transport.ClientCertificate = []byte(s.get("client_certificate"))
	transport.ClientKey = []byte(s.get("client_key"))
	if config.HTTP, err = httpClient(transport); err != nil {
		return config, err
	}
	config.Header, err = s.headers()
	return config, err
}

// headers returns the headers to send with every request.
func (s settings) headers() (http.Header, error) {
	h := http.Header{}
	for name, value := range s.pairs("headers") {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, &configError{"headers", fmt.Sprintf("%q cannot be the name of an HTTP header. Use a name such as Authorization.", name)}
		}
		if err := setHeader(h, name, value, fmt.Sprintf("The value of %q", name)); err != nil {
			return nil, err
		}
	}
	if authorization := s.env.Getenv("CLOUDDESKTOP_AUTHORIZATION"); authorization != "" && h.Get("Authorization") == "" {
		return h, setHeader(h, "Authorization", authorization, "The value of CLOUDDESKTOP_AUTHORIZATION")
	}
	return h, nil
}

// setHeader sets a header. place is the source of the value, for errors.
func setHeader(h http.Header, name, value, place string) error {
	if !httpguts.ValidHeaderFieldValue(value) || strings.TrimSpace(value) == "" {
		return &configError{"headers", place + " cannot be sent: it is empty, or contains a line break or another control character. A file read with file() may need trimspace()."}
	}
	h.Set(name, value)
	return nil
}
