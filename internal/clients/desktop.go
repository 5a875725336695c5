package clients

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
)

type desktopModel struct {
	Endpoint          types.String `tfsdk:"endpoint"`
	Headers           types.Map    `tfsdk:"headers"`
	CACertificate     types.String `tfsdk:"ca_certificate"`
	ClientCertificate types.String `tfsdk:"client_certificate"`
	ClientKey         types.String `tfsdk:"client_key"`
	OperatingSystems  types.List   `tfsdk:"operating_systems"`
	PolicyScope       types.String `tfsdk:"policy_scope"`
	PolicyCallback    types.Bool   `tfsdk:"policy_callback"`
	UserGroups        types.List   `tfsdk:"user_groups"`
}

// documentedSystems are the values of os in the document of the service.
var documentedSystems = []string{"win7", "win10", "kylin", "macos"}

func desktopBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "The cloud desktop service, for desktops, policies and passwords. Its orders end by callbacks: see `callback`.",
		Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The base address of the service, such as `https://desktop.example.com`. Default: the environment variable `CLOUDDESKTOP_ENDPOINT`.",
			},
			"headers": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType,
				MarkdownDescription: "Headers to send with every request, such as `Authorization`. Default of that one: the environment variable `CLOUDDESKTOP_AUTHORIZATION`.",
			},
			"ca_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The certificates (PEM) of the authorities to trust for the service. Default: those of the system.",
			},
			"client_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The certificate (PEM) to show to the service. It goes with `client_key`.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("client_key"))},
			},
			"client_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The private key (PEM) of `client_certificate`.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("client_certificate"))},
			},
			"operating_systems": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The operating systems that the deployment offers. Others are refused at plan time. Default: `win7`, `win10`, `kylin` and `macos`.",
				Validators: []validator.List{
					listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			"policy_scope": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What a policy belongs to: `service` (default), the whole service, or `desktop`, a single desktop, where the deployment supports that.",
				Validators:          []validator.String{stringvalidator.OneOf("service", "desktop")},
			},
			"policy_callback": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether the deployment reports the end of a policy update by a callback, which is then waited for. Default: `false`.",
			},
			"user_groups": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The user groups that lists and reports cover when they name no user and no group. Default: none.",
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
	if unknown(ctx, block) {
		return desktop.New(desktop.Config{Unavailable: ErrUnknown})
	}
	m := decode[desktopModel](ctx, block, diags)
	endpoint := env.text(m.Endpoint, "CLOUDDESKTOP_ENDPOINT")
	if endpoint == "" {
		if !block.IsNull() {
			wrong(diags, "desktop", "endpoint", "It is missing. Write the base address of the service, or set CLOUDDESKTOP_ENDPOINT.")
		}
		return nil
	}
	config := desktop.Config{
		Header:           http.Header{},
		Retry:            env.Retry,
		OperatingSystems: slices.Clone(documentedSystems),
		PolicyPerDesktop: m.PolicyScope.ValueString() == "desktop",
		PolicyCallback:   m.PolicyCallback.ValueBool(),
		DoubtWait:        env.DoubtWait,
	}
	var err error
	if config.Endpoint, err = api.ParseEndpoint(endpoint); err != nil {
		text := sentence(endpoint, err)
		if m.Endpoint.IsNull() {
			text += " It comes from CLOUDDESKTOP_ENDPOINT."
		}
		wrong(diags, "desktop", "endpoint", text)
		return nil
	}
	transport := env.transport()
	transport.CACertificate = []byte(m.CACertificate.ValueString())
	transport.ClientCertificate = []byte(m.ClientCertificate.ValueString())
	transport.ClientKey = []byte(m.ClientKey.ValueString())
	if config.HTTP, err = api.NewHTTPClient(transport); err != nil {
		attribute := ""
		if field, ok := errors.AsType[*api.ConfigError](err); ok {
			attribute = map[string]string{"CACertificate": "ca_certificate", "ClientCertificate": "client_certificate"}[field.Field]
		}
		wrong(diags, "desktop", attribute, err.Error())
		return nil
	}
	if !m.OperatingSystems.IsNull() {
		config.OperatingSystems = nil
		diags.Append(m.OperatingSystems.ElementsAs(ctx, &config.OperatingSystems, false)...)
	}
	if !m.UserGroups.IsNull() {
		diags.Append(m.UserGroups.ElementsAs(ctx, &config.UserGroups, false)...)
	}
	headers := map[string]types.String{}
	if !m.Headers.IsNull() {
		diags.Append(m.Headers.ElementsAs(ctx, &headers, false)...)
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if value := headers[name]; !value.IsNull() {
			setHeader(config.Header, name, value.ValueString(), fmt.Sprintf("The value of %q", name), diags)
		}
	}
	if authorization := env.Getenv("CLOUDDESKTOP_AUTHORIZATION"); authorization != "" && config.Header.Get("Authorization") == "" {
		setHeader(config.Header, "Authorization", authorization, "The value of CLOUDDESKTOP_AUTHORIZATION", diags)
	}
	if unknown(ctx, callbackBlock) {
		config.CallbacksUnavailable = ErrUnknown
	} else {
		config.Callbacks = newCallbacks(ctx, env, callbackBlock, diags)
	}
	if diags.HasError() {
		return nil
	}
	return desktop.New(config)
}
