package clients

import (
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
)

type written = map[string]attr.Value

// block returns a block with these arguments, or a null block if there are
// none.
func block(attribute schema.Block, values written) types.Object {
	kinds := attribute.Type().(types.ObjectType).AttrTypes
	if values == nil {
		return types.ObjectNull(kinds)
	}
	all := written{
		"headers":           types.MapNull(types.StringType),
		"operating_systems": types.ListNull(types.StringType),
		"user_groups":       types.ListNull(types.StringType),
		"policy_callback":   types.BoolNull(),
	}
	for name, kind := range kinds {
		if kind == types.StringType {
			all[name] = types.StringNull()
		}
	}
	maps.DeleteFunc(all, func(name string, _ attr.Value) bool { return kinds[name] == nil })
	maps.Copy(all, values)
	return types.ObjectValueMust(kinds, all)
}

func text(s string) types.String { return types.StringValue(s) }

func headers(pairs ...string) types.Map {
	all := written{}
	for pair := range slices.Chunk(pairs, 2) {
		all[pair[0]] = text(pair[1])
	}
	return types.MapValueMust(types.StringType, all)
}

func desktopClient(t *testing.T, environment map[string]string, desktopValues, callbackValues written) (*desktop.Client, diag.Diagnostics) {
	t.Helper()
	var diags diag.Diagnostics
	env := Env{Getenv: func(name string) string { return environment[name] }, UserAgent: "test/1"}
	client := newDesktop(t.Context(), env, block(desktopBlock(), desktopValues), block(callbackBlock(), callbackValues), &diags)
	return client, diags
}

var somewhere = text("https://desktop.example.com")

func TestDesktop_wrongValues(t *testing.T) {
	t.Parallel()
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("odd")}))
	for name, tc := range map[string]struct {
		environment       map[string]string
		desktop, callback written
		attribute, detail string
	}{
		"no endpoint": {nil, written{}, nil, "desktop.endpoint", "endpoint is missing: it is the base address of the service. Set it in the desktop block, or set CLOUDDESKTOP_ENDPOINT."},
		"an empty endpoint hides the environment": {
			map[string]string{"CLOUDDESKTOP_ENDPOINT": "https://other.example.com"},
			written{"endpoint": text("")},
			nil, "desktop.endpoint", "endpoint is missing:",
		},
		"no scheme": {
			nil,
			written{"endpoint": text("desktop.example.com")},
			nil, "desktop.endpoint",
			`"desktop.example.com" cannot be used: it must begin with https:// or http://, like https://service.example.com.`,
		},
		"a credential in the endpoint": {
			nil,
			written{"endpoint": text("https://u:hush@desktop.example.com")},
			nil, "desktop.endpoint",
			"The address cannot be used: it contains a user name; set credentials in their own arguments.",
		},
		"a file name for a CA": {
			nil,
			written{"endpoint": somewhere, "ca_certificate": text("ca.pem")},
			nil, "desktop.ca_certificate",
			`It contains no PEM certificate. Write the content of the file, not its name, for example file("ca.pem").`,
		},
		"a certificate without its key": {
			nil,
			written{"endpoint": somewhere, "client_certificate": text(certificate)},
			nil, "desktop.client_certificate",
			"It and its private key do not work together",
		},
		"a line break in a header": {
			nil,
			written{"endpoint": somewhere, "headers": headers("Authorization", "Bearer hush\n")},
			nil, "desktop.headers",
			`The value of "Authorization" cannot be sent: it is empty, or contains a line break or another control character. A file read with file() may need trimspace().`,
		},
		"an empty header": {nil, written{"endpoint": somewhere, "headers": headers("X-A", " ")}, nil, "desktop.headers", `The value of "X-A" cannot be sent`},
		"a wrong name of a header": {
			nil,
			written{"endpoint": somewhere, "headers": headers("X A:", "hush")},
			nil, "desktop.headers",
			`"X A:" cannot be the name of an HTTP header. Use a name such as Authorization.`,
		},
		"a line break in a variable": {
			map[string]string{"CLOUDDESKTOP_AUTHORIZATION": "Bearer hush\n"},
			written{"endpoint": somewhere},
			nil, "desktop.headers",
			"The value of CLOUDDESKTOP_AUTHORIZATION cannot be sent",
		},
		"no port to listen on": {nil, written{"endpoint": somewhere}, written{"listen": text("0.0.0.0")}, "callback.listen", "is not a host and a port"},
		"nowhere to call back": {nil, written{"endpoint": somewhere}, written{"listen": text("0.0.0.0:8700")}, "callback.url", "It is required"},
		"an invalid URL":       {nil, written{"endpoint": somewhere}, written{"url": text("runner:8700")}, "callback.url", "must begin with http://"},
		"half of a pair": {
			nil, written{"endpoint": somewhere}, written{"tls_certificate": text(certificate)}, "callback.tls_key", "It is required with a certificate",
		},
		"the other half": {
			nil, written{"endpoint": somewhere}, written{"tls_key": text("hush")}, "callback.tls_certificate", "It is required with a private key",
		},
		"certificate and key that do not match": {
			nil,
			written{"endpoint": somewhere},
			written{"tls_certificate": text(certificate), "tls_key": text("hush")},
			"callback.tls_certificate", "do not work together",
		},
		"an address for an inbox": {nil, written{"endpoint": somewhere}, written{"inbox": text("ftp://bucket")}, "callback.inbox", `"ftp://" is not the address of an inbox`},
		"a bucket without a region": {
			nil, written{"endpoint": somewhere}, written{"inbox": text("s3://bucket?regoin=x")}, "callback.inbox", `"regoin" is not an option of a bucket`,
		},
		"a relay without a token": {
			nil, written{"endpoint": somewhere}, written{"inbox": text("https://relay.example.com")}, "callback.token", "Set it in the callback block, or set CLOUDDESKTOP_CALLBACK_TOKEN.",
		},
		"a token without a relay": {
			nil, written{"endpoint": somewhere}, written{"token": text("hush")}, "callback.token", "It has no effect, because inbox is not the https:// URL of a relay.",
		},
		"a relay without TLS": {
			nil, written{"endpoint": somewhere}, written{"inbox": text("http://relay.example.com"), "token": text("hush")}, "callback.inbox", "must begin with https://",
		},
		"no relay that receives": {
			nil, written{"endpoint": somewhere}, written{"listen": text("")}, "callback.url", "a relay receives",
		},
		"half of an identity": {
			nil, written{"endpoint": somewhere}, written{"age_identity": text("AGE-SECRET-KEY-1HUSH")}, "callback.age_identity", "line 1 is not an age identity",
		},
		"a home directory for an inbox": {
			nil,
			written{"endpoint": somewhere},
			written{"inbox": text("~/inbox")},
			"callback.inbox",
			`Terraform does not replace ~ with the home directory. Write pathexpand("~/inbox").`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, diags := desktopClient(t, tc.environment, tc.desktop, tc.callback)
			if client == nil || client.Available() == nil && tc.callback == nil {
				t.Error("the client can be used")
			}
			wantDetail(t, diags, "Invalid Provider Configuration: "+tc.attribute, tc.detail)
			if len(diags) == 1 && strings.Contains(diags[0].Detail(), "hush") {
				t.Errorf("a secret is repeated: %s", diags[0].Detail())
			}
			if at, ok := diags[0].(diag.DiagnosticWithPath); !ok || at.Path().String() != tc.attribute {
				t.Errorf("it is at %v, want %s", diags[0], tc.attribute)
			}
		})
	}
}

// With unknown values the client returns an error when it is used.
func TestDesktop_unknownValues(t *testing.T) {
	t.Parallel()
	unknown := types.StringUnknown()
	for name, attributes := range map[string]written{
		"endpoint":        {"endpoint": unknown},
		"one header":      {"endpoint": somewhere, "headers": types.MapValueMust(types.StringType, written{"A": unknown})},
		"all headers":     {"endpoint": somewhere, "headers": types.MapUnknown(types.StringType)},
		"client key":      {"endpoint": somewhere, "client_key": unknown},
		"one system":      {"endpoint": somewhere, "operating_systems": types.ListValueMust(types.StringType, []attr.Value{unknown})},
		"policy callback": {"endpoint": somewhere, "policy_callback": types.BoolUnknown()},
	} {
		client, diags := desktopClient(t, nil, attributes, nil)
		if client == nil || client.Available() == nil || len(diags) > 0 {
			t.Errorf("%s: got %v and %v", name, client, diags)
		}
	}
	var diags diag.Diagnostics
	kinds := desktopBlock().Type().(types.ObjectType).AttrTypes
	client := newDesktop(t.Context(), Env{}, types.ObjectUnknown(kinds), block(callbackBlock(), nil), &diags)
	if client == nil || client.Available() == nil || len(diags) > 0 {
		t.Errorf("the whole block: got %v and %v", client, diags)
	}
}

// An unknown callback block does not affect calls without a callback.
func TestDesktop_unknownCallback(t *testing.T) {
	t.Parallel()
	client, diags := desktopClient(t, nil, written{"endpoint": somewhere}, written{"url": types.StringUnknown()})
	if client == nil || client.Available() != nil || len(diags) > 0 {
		t.Fatalf("got %v and %v", client, diags)
	}
	if _, ok := client.CallbackReachable(); !ok {
		t.Error("an unknown address counts as unreachable")
	}
	if _, err := client.Order(t.Context(), desktop.OrderInput{UserGroup: "dev", OS: "win10"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("an order fails with %v", err)
	}
}

// A wrong value in the environment is an error only if the service is used.
func TestDesktop_wrongVariable(t *testing.T) {
	t.Parallel()
	client, diags := desktopClient(t, map[string]string{"CLOUDDESKTOP_ENDPOINT": "desktop.example.com"}, nil, nil)
	if len(diags) > 0 || client == nil {
		t.Fatalf("got %v and %v", client, diags)
	}
	want := "like https://service.example.com. It comes from CLOUDDESKTOP_ENDPOINT."
	if err := client.Available(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestDesktop_notConfigured(t *testing.T) {
	t.Parallel()
	if client, diags := desktopClient(t, nil, nil, nil); client != nil || len(diags) > 0 {
		t.Errorf("got %v and %v", client, diags)
	}
}

func TestDesktop_defaultsAndSettings(t *testing.T) {
	t.Parallel()
	type settings struct {
		Systems, Groups      []string
		PerDesktop, Callback bool
		CallbackHost         string
	}
	for name, tc := range map[string]struct {
		desktop, callback written
		want              settings
	}{
		"defaults": {written{"endpoint": somewhere}, nil, settings{[]string{"win7", "win10", "kylin", "macos"}, nil, false, false, "127.0.0.1"}},
		"settings": {
			written{
				"endpoint": somewhere, "policy_scope": text("desktop"), "policy_callback": types.BoolValue(true),
				"operating_systems": types.ListValueMust(types.StringType, []attr.Value{text("beos")}),
				"user_groups":       types.ListValueMust(types.StringType, []attr.Value{text("dev"), text("design")}),
			},
			written{"listen": text("0.0.0.0:8700"), "url": text("https://runner.example.com:8700")},
			settings{[]string{"beos"}, []string{"dev", "design"}, true, true, "runner.example.com"},
		},
	} {
		client, diags := desktopClient(t, nil, tc.desktop, tc.callback)
		if client == nil || len(diags) > 0 {
			t.Fatalf("%s: got %v", name, diags)
		}
		host, _ := client.CallbackReachable()
		got := settings{client.OperatingSystems(), client.UserGroups(), client.PolicyPerDesktop(), client.PolicyCallback(), host}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Arguments take precedence over the environment.
func TestDesktop_requests(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		environment map[string]string
		headers     attr.Value
		want        http.Header
	}{
		"nothing":     {nil, nil, http.Header{}},
		"environment": {map[string]string{"CLOUDDESKTOP_AUTHORIZATION": "env"}, nil, http.Header{"Authorization": {"env"}}},
		"both": {
			map[string]string{"CLOUDDESKTOP_AUTHORIZATION": "broken\n"},
			headers("authorization", "written", "X-Tenant", "t"),
			http.Header{"Authorization": {"written"}, "X-Tenant": {"t"}},
		},
		"a null header is none": {
			map[string]string{"CLOUDDESKTOP_AUTHORIZATION": "env"},
			types.MapValueMust(types.StringType, written{"Authorization": types.StringNull()}),
			http.Header{"Authorization": {"env"}},
		},
	} {
		for _, where := range []string{"block", "environment"} {
			if where == "environment" && tc.headers != nil {
				continue
			}
			t.Run(name+", endpoint in the "+where, func(t *testing.T) {
				t.Parallel()
				var got http.Header
				server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
				defer server.Close()
				environment, attributes := maps.Clone(tc.environment), written(nil)
				if where == "block" {
					attributes = written{"endpoint": text(server.URL)}
				} else {
					if environment == nil {
						environment = map[string]string{}
					}
					environment["CLOUDDESKTOP_ENDPOINT"] = server.URL
				}
				if tc.headers != nil {
					attributes["headers"] = tc.headers
				}
				client, diags := desktopClient(t, environment, attributes, nil)
				if client == nil || len(diags) > 0 {
					t.Fatalf("got %v", diags)
				}
				_, _ = client.Volumes(t.Context(), "u") // The answer is empty, so the error is ignored.
				want := tc.want.Clone()
				want.Set("User-Agent", "test/1")
				want.Set("Accept", "application/json")
				got.Del("Accept-Encoding")
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestDataDir(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{"": ".terraform", "/data": "/data"} {
		if got := dataDir(Env{Getenv: func(string) string { return variable }}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
