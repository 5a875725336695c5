package clients

import (
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

var (
	huaweiProject  = values{"project_id": identitytest.ProjectID}
	huaweiPassword = values{"user_name": identitytest.User, "password": identitytest.Password, "domain_name": identitytest.Domain}
	huaweiKey      = values{"access_key": identitytest.AccessKey, "secret_key": identitytest.SecretKey}
)

func TestHuaweiCloud_authMethods(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env, block values
		logins     int
	}{
		"password, project of the region": {block: huaweiPassword, logins: 1},
		"password and project":            {block: with(huaweiPassword, huaweiProject), logins: 1},
		"access key":                      {block: with(huaweiKey, huaweiProject)},
		"access key beside a domain":      {block: with(huaweiKey, huaweiProject, values{"domain_name": identitytest.Domain})},
		"temporary access key": {block: with(huaweiProject, values{
			"access_key": identitytest.TemporaryKey, "secret_key": identitytest.TemporarySecret, "security_token": identitytest.SecurityToken,
		})},
		"environment": {block: values{}, env: values{
			"HW_ACCESS_KEY": identitytest.AccessKey, "HW_SECRET_KEY": identitytest.SecretKey, "HW_PROJECT_ID": identitytest.ProjectID,
		}},
		"environment, password": {block: values{}, logins: 1, env: values{
			"HW_USER_NAME": identitytest.User, "HW_USER_PASSWORD": identitytest.Password, "HW_DOMAIN_NAME": identitytest.Domain,
		}},
		"environment, temporary": {block: values{}, env: values{
			"HW_ACCESS_KEY": identitytest.TemporaryKey, "HW_SECRET_KEY": identitytest.TemporarySecret,
			"HW_SECURITY_TOKEN": identitytest.SecurityToken, "HW_PROJECT_ID": identitytest.ProjectID,
		}},
		"half from the environment": {block: with(huaweiProject, values{"access_key": identitytest.AccessKey}), env: values{"HW_SECRET_KEY": identitytest.SecretKey}},
		"block before environment":  {block: with(huaweiKey, huaweiProject), env: values{"HW_AUTH_TOKEN": "gAAAA-wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFakes(t)
			set, diags := newSet(t, tt.env, with(f.huaweiBase, tt.block), nil)
			if diags.HasError() {
				t.Fatal(diags)
			}
			if len(f.identity.Requests()) != 0 {
				t.Error("it logged in before it was needed")
			}
			if err := errors.Join(console(t.Context(), set), logins(t.Context(), set)); err != nil {
				t.Fatal(err)
			}
			if got := f.identity.Logins(); got != tt.logins {
				t.Errorf("%d logins, want %d", got, tt.logins)
			}
		})
	}
}

func TestHuaweiCloud_token(t *testing.T) {
	t.Parallel()
	f := startFakes(t)
	for name, tt := range map[string]struct{ env, block values }{
		"block":       {block: values{"token": f.identity.Issue()}},
		"environment": {block: values{}, env: values{"HW_AUTH_TOKEN": f.identity.Issue()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, diags := newSet(t, tt.env, with(f.huaweiBase, huaweiProject, tt.block), nil)
			if diags.HasError() {
				t.Fatal(diags)
			}
			if err := errors.Join(console(t.Context(), set), logins(t.Context(), set)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestHuaweiCloud_defaultAddresses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  values
		want string
	}{
		{nil, "https://iam.cn-north-4.myhuaweicloud.com"},
		{values{"HW_CLOUD": "cloud.example.com"}, "https://iam.cn-north-4.cloud.example.com"},
	} {
		s := settings{blockSpec: huaweiCloudSpec, env: environment(tt.env), block: object(t, huaweiCloudBlock(), values{"region": "cn-north-4"})}
		if got, err := s.huaweiEndpoint("iam"); err != nil || got.String() != tt.want {
			t.Errorf("%v, %v, want %s", got, err, tt.want)
		}
	}
}

func TestHuaweiCloud_invalidConfigurations(t *testing.T) {
	t.Parallel()
	region := values{"region": "cn-north-4"}
	for name, tt := range map[string]struct {
		env, block values
		at, text   string
	}{
		"nothing":              {nil, region, "", "No credentials are set. Set one of these: token; user_name with password with domain_name; access_key with secret_key."},
		"two ways":             {nil, with(region, huaweiKey, values{"token": "t"}), "", "token and access_key are both set, but only one method of authentication can be used."},
		"two in environment":   {values{"HW_AUTH_TOKEN": "t", "HW_ACCESS_KEY": "a"}, region, "", "HW_AUTH_TOKEN and HW_ACCESS_KEY are both set"},
		"no secret":            {nil, with(region, values{"access_key": "a"}), ".secret_key", "secret_key is missing: access_key requires it. Set it in the huaweicloud block, or set HW_SECRET_KEY."},
		"security token alone": {nil, with(region, values{"security_token": "a"}), ".access_key", "access_key is missing: security_token requires it."},
		"no domain":            {nil, with(region, values{"user_name": "a", "password": "b"}), ".domain_name", "domain_name is missing: user_name requires it. Set it in the huaweicloud block, or set HW_DOMAIN_NAME."},
		"no project":           {nil, with(region, huaweiKey), ".project_id", "project_id is missing: only a login with user_name finds the project by itself."},
		"no region":            {nil, with(huaweiKey, huaweiProject), ".region", "region is missing: the addresses of the services contain it. Set it in the huaweicloud block, or set HW_REGION_NAME."},
		"invalid region":       {nil, with(huaweiKey, values{"region": "x.example.com/"}), ".region", `"x.example.com/" is not a region. Use one such as cn-north-4.`},
		"invalid project":      {nil, with(region, huaweiKey, values{"project_id": "../x"}), ".project_id", `"../x" is not the ID of a project.`},
		"invalid endpoint":     {nil, with(region, huaweiKey, huaweiProject, values{"ecs_endpoint": "ecs.example.com"}), ".ecs_endpoint", `"ecs.example.com" cannot be used: it must begin with https://`},
		"line break":           {nil, with(region, huaweiProject, values{"token": "t\n"}), ".token", "token contains a line break or another control character."},
		"break in environment": {values{"HW_AUTH_TOKEN": "t\nu"}, with(region, huaweiProject), ".token", "HW_AUTH_TOKEN contains a line break"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := newSet(t, tt.env, tt.block, nil)
			wantError(t, diags, "huaweicloud"+tt.at, tt.text)
		})
	}
}

// Wrong variables of a cloud that the configuration does not use are not an
// error.
func TestHuaweiCloud_wrongVariableIsIgnored(t *testing.T) {
	t.Parallel()
	set, diags := newSet(t, values{"HW_ACCESS_KEY": "a"}, nil, nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if err := logins(t.Context(), set); err == nil || !strings.Contains(err.Error(), "secret_key is missing: HW_ACCESS_KEY requires it") {
		t.Errorf("error %v", err)
	}
	set, _ = newSet(t, nil, nil, nil)
	if err := logins(t.Context(), set); err == nil || !strings.Contains(err.Error(), "add a `huaweicloud` block to the provider") {
		t.Errorf("error %v", err)
	}
}

func TestHuaweiCloud_unknown(t *testing.T) {
	t.Parallel()
	kinds := huaweiCloudBlock().Type().(types.ObjectType).AttrTypes
	known := object(t, huaweiCloudBlock(), huaweiKey).Attributes()
	known["secret_key"] = types.StringUnknown()
	for _, block := range []types.Object{types.ObjectUnknown(kinds), types.ObjectValueMust(kinds, known)} {
		var diags diag.Diagnostics
		clients := newHuaweiCloud(t.Context(), environment(nil), block, &diags)
		if err := logins(t.Context(), &Set{workspace: clients.workspace}); !errors.Is(err, ErrUnknown) || len(diags) > 0 {
			t.Errorf("error %v, diagnostics %v", err, diags)
		}
	}
}
