package clients

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

var callbackSpec = blockSpec{
	name: "callback",
	variables: map[string][]string{
		"token":        {"CLOUDDESKTOP_CALLBACK_TOKEN"},
		"age_identity": {"CLOUDDESKTOP_CALLBACK_AGE_IDENTITY"},
	},
}

func callbackBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "Where the cloud desktop service reports the result of an order. The provider listens there " +
			"from the first order of an apply until the apply ends, and never during a plan.",
		Attributes: map[string]schema.Attribute{
			"listen": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The address to listen on, such as `0.0.0.0:8700`. On Linux and macOS, concurrent runs of the same OS user can share a fixed port if they use the same host and certificate. `\"\"` means that a relay receives at `url`. Default: `127.0.0.1:0`, a free port that only this machine can reach; `\"\"` if `inbox` is a relay.",
			},
			"url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The base URL that the service calls, such as `https://runner.example.com:8700`. Requests to this URL must reach `listen`, which must use a fixed port. Default: the address of `listen`, or the URL of the relay if one receives.",
			},
			"inbox": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Where callbacks are kept: the path of a directory, `s3://bucket/prefix?region=…` for a bucket (`&endpoint=…` if it is not on AWS), or the `https://` URL of a relay. Other OS users must not be able to read the directory. Default: `clouddesktop` in Terraform's data directory (`.terraform` or `TF_DATA_DIR`). Set another one on a CI runner without a persistent disk.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"scope": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The name of this Terraform state in the inbox, such as `desktops-prod`: the provider keeps the orders of different states apart by it. " +
					"The name of the workspace is always added. Required with `inbox`, unless `TFC_WORKSPACE_NAME` is set. Two states must not have the same scope.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"lost_orders": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "What to do about an order that the service accepted, but for which no callback came. `stop` (default): an error names the desktops that the order may have created, and the commands that resolve it. " +
					"`reorder`: the provider closes the order with a warning and places a new one, but only if two searches found no such desktop, the second one in an apply at least five minutes after the first.",
				Validators: []validator.String{stringvalidator.OneOf("stop", "reorder")},
			},
			"token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The token of the relay in `inbox`. Default: the environment variable `CLOUDDESKTOP_CALLBACK_TOKEN`.",
			},
			"age_identity": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The [age](https://age-encryption.org) identity (`AGE-SECRET-KEY-1…`) that encrypts callbacks in the inbox and decrypts them. To rotate it, write several lines: the provider encrypts with the first identity and decrypts with all. Default: the environment variable `CLOUDDESKTOP_CALLBACK_AGE_IDENTITY`.",
			},
			"tls_certificate": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The certificate (PEM) of the receiver, including its chain. Requires `tls_key`. Without it, the provider listens without TLS.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("tls_key"))},
			},
			"tls_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The private key (PEM) of `tls_certificate`.",
				Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName("tls_certificate"))},
			},
		},
	}
}

// callbackAttributes maps the fields of a callback.Config to the arguments that
// set them.
var callbackAttributes = map[string]string{
	"Listen": "listen", "URL": "url", "Certificate": "tls_certificate", "Key": "tls_key",
}

// callbacks holds the receiver of callbacks, or the reason why there is none.
type callbacks struct {
	receiver *callback.Receiver
	err      error
}

func newCallbacks(ctx context.Context, env Env, block types.Object, diags *diag.Diagnostics) callbacks {
	s := settings{blockSpec: callbackSpec, env: env, block: block}
	if block.IsNull() {
		receiver, err := s.callbacks()
		return callbacks{receiver, err}
	}
	return configure(ctx, s, func(s settings) (callbacks, error) {
		receiver, err := s.callbacks()
		return callbacks{receiver: receiver}, err
	}, func(err error) callbacks { return callbacks{err: err} }, diags)
}

func (s settings) callbacks() (*callback.Receiver, error) {
	store, err := s.inbox()
	if err != nil {
		return nil, err
	}
	identities, err := s.identities()
	if err != nil {
		return nil, err
	}
	scope, err := s.scope()
	if err != nil {
		return nil, err
	}
	listen, url := s.receives()
	receiver, err := callback.New(callback.Config{
		Listen:         listen,
		URL:            url,
		Store:          store,
		Seal:           ledger.Sealer{Recipients: identities.Recipients(), Logger: s.env.Logger}.Seal,
		Unseal:         identities.Open,
		Recipient:      identities.Recipient(),
		Opens:          identities.CanOpen,
		Scope:          scope,
		Reorder:        s.get("lost_orders") == "reorder",
		Ended:          callback.OrderEnded,
		CommandFlags:   s.commandFlags(),
		InboxMayBeLost: s.inboxMayBeLost(),
		Certificate:    []byte(s.get("tls_certificate")),
		Key:            []byte(s.get("tls_key")),
		Logger:         s.env.Logger,
	})
	if e, ok := errors.AsType[*callback.ConfigError](err); ok {
		return nil, &configError{callbackAttributes[e.Field], e.Problem}
	}
	return receiver, err
}

// dataDir returns Terraform's data directory for this configuration.
func dataDir(env Env) string {
	if dir := env.Getenv("TF_DATA_DIR"); dir != "" {
		return dir
	}
	return ".terraform"
}
