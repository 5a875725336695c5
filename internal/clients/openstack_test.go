package clients

import (
	"context"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

var (
	stackProject  = values{"project_id": identitytest.ProjectID}
	stackPassword = values{"user_name": identitytest.User, "user_domain_name": identitytest.Domain, "password": identitytest.Password}
)

func TestOpenStack_authMethods(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ env, block values }{
		"password and project id":   {block: with(stackPassword, stackProject)},
		"password and project name": {block: with(stackPassword, values{"project_name": identitytest.Project})},
		"domains by id": {block: values{
			"user_name": identitytest.User, "user_domain_id": identitytest.DomainID, "password": identitytest.Password,
			"project_name": identitytest.Project, "project_domain_id": identitytest.DomainID,
		}},
		"user id": {block: with(stackProject, values{"user_id": identitytest.UserID, "password": identitytest.Password})},
		"application credential": {block: values{
			"application_credential_id": identitytest.CredentialID, "application_credential_secret": identitytest.CredentialSecret,
		}},
		"named application credential": {block: values{
			"application_credential_name": identitytest.Credential, "application_credential_secret": identitytest.CredentialSecret,
			"user_name": identitytest.User, "user_domain_name": identitytest.Domain,
		}},
		"names before IDs in the environment": {
			block: with(stackPassword, values{"project_name": identitytest.Project}),
			env:   values{"OS_PROJECT_ID": "x", "OS_USER_ID": "x", "OS_DOMAIN_ID": "x", "OS_PROJECT_DOMAIN_NAME": identitytest.Domain},
		},
		"region": {block: with(stackPassword, stackProject, values{"region": identitytest.Region})},
		"environment": {block: values{}, env: values{
			"OS_USERNAME": identitytest.User, "OS_USER_DOMAIN_NAME": identitytest.Domain, "OS_PASSWORD": identitytest.Password,
			"OS_PROJECT_NAME": identitytest.Project, "OS_PROJECT_DOMAIN_NAME": identitytest.Domain, "OS_REGION_NAME": identitytest.Region, "OS_INTERFACE": "public",
		}},
		"environment, older names": {block: values{}, env: values{
			"OS_USERID": identitytest.UserID, "OS_PASSWORD": identitytest.Password, "OS_TENANT_ID": identitytest.ProjectID, "OS_ENDPOINT_TYPE": "publicURL",
		}},
		"environment, credential": {block: values{}, env: values{
			"OS_APPLICATION_CREDENTIAL_ID": identitytest.CredentialID, "OS_APPLICATION_CREDENTIAL_SECRET": identitytest.CredentialSecret,
			"OS_USERNAME": "someone-else",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFakes(t)
			set, diags := newSet(t, tt.env, nil, with(f.stackBase, tt.block))
			if diags.HasError() {
				t.Fatal(diags)
			}
			if err := console(t.Context(), set); err != nil {
				t.Fatal(err)
			}
			if got := f.identity.Logins(); got != 1 {
				t.Errorf("%d logins, want 1", got)
			}
		})
	}
}

func TestOpenStack_environmentOnly(t *testing.T) {
	t.Parallel()
	f := startFakes(t)
	set, diags := newSet(t, values{
		"OS_AUTH_URL": f.identity.URL, "OS_APPLICATION_CREDENTIAL_ID": identitytest.CredentialID, "OS_APPLICATION_CREDENTIAL_SECRET": identitytest.CredentialSecret,
	}, nil, nil)
	if diags.HasError() {
		t.Fatal(diags)
	}
	if err := console(t.Context(), set); err != nil {
		t.Fatal(err)
	}
}

func TestOpenStack_token(t *testing.T) {
	t.Parallel()
	for name, requests := range map[string]int{"endpoint given": 0, "from the catalog": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFakes(t)
			block := with(f.stackBase, values{"token": f.identity.Issue()})
			if requests == 0 {
				block = values{"token": block["token"], "compute_endpoint": f.nova.URL + "/v2.1/" + identitytest.ProjectID}
			}
			set, diags := newSet(t, nil, nil, block)
			if diags.HasError() {
				t.Fatal(diags)
			}
			for range 2 {
				if err := console(t.Context(), set); err != nil {
					t.Fatal(err)
				}
			}
			if got := len(f.identity.Requests()); got != requests {
				t.Errorf("%d requests to Keystone, want %d", got, requests)
			}
		})
	}
}

func TestOpenStack_invalidConfigurations(t *testing.T) {
	t.Parallel()
	base := values{"auth_url": "https://keystone.example.com/v3"}
	for name, tt := range map[string]struct {
		env, block values
		at, text   string
	}{
		"nothing":                {nil, base, "", "No credentials are set."},
		"two ways":               {nil, with(base, stackPassword, stackProject, values{"token": "t"}), "", "token and password are both set, but only one method of authentication can be used."},
		"no auth_url":            {nil, with(stackPassword, stackProject), ".auth_url", "auth_url is missing: the provider logs in at Keystone, which also lists the addresses of the services. Set it in the openstack block, or set OS_AUTH_URL."},
		"no secret":              {nil, with(base, values{"application_credential_id": "x"}), ".application_credential_secret", "application_credential_id requires it. Set it in the openstack block, or set OS_APPLICATION_CREDENTIAL_SECRET."},
		"secret alone":           {nil, with(base, values{"application_credential_secret": "x"}), ".application_credential_id", "application_credential_secret requires it, or application_credential_name and the user."},
		"no user":                {nil, with(base, stackProject, values{"password": "x"}), ".user_name", "user_name is missing: the login requires it or user_id. Set it in the openstack block, or set OS_USERNAME."},
		"no user of credential":  {nil, with(base, values{"application_credential_name": "x", "application_credential_secret": "x"}), ".user_name", "user_name is missing"},
		"no project":             {nil, with(base, stackPassword), ".project_id", "project_id is missing: the login requires it or project_name. Set it in the openstack block, or set OS_PROJECT_ID."},
		"invalid auth_url":       {nil, with(stackPassword, stackProject, values{"auth_url": "keystone"}), ".auth_url", `"keystone" cannot be used: it must begin with https://`},
		"invalid endpoint":       {nil, with(base, stackPassword, stackProject, values{"compute_endpoint": "nova"}), ".compute_endpoint", `"nova" cannot be used: it must begin with https://`},
		"invalid certificate":    {nil, with(base, stackPassword, stackProject, values{"ca_certificate": "x"}), ".ca_certificate", "It contains no PEM certificate."},
		"certificate not a file": {values{"OS_CACERT": "testdata/none.pem"}, with(base, stackPassword, stackProject), ".ca_certificate", "The provider cannot read the file in OS_CACERT"},
		"project of a token":     {nil, with(base, stackProject, values{"token": "t"}), ".project_id", "project_id has no effect together with token, which belongs to one user and one project. Remove one of the two."},
		"project of a credential": {
			values{"OS_APPLICATION_CREDENTIAL_ID": "x", "OS_APPLICATION_CREDENTIAL_SECRET": "x"},
			with(base, stackProject), ".project_id",
			"project_id has no effect together with OS_APPLICATION_CREDENTIAL_SECRET, which belongs to one project.",
		},
		"user of a credential": {
			nil, with(base, values{"application_credential_id": "x", "application_credential_secret": "x", "user_name": "ada"}), ".user_name",
			"user_name has no effect together with application_credential_id, which belongs to one user.",
		},
		"user of a token for an endpoint": {nil, values{"compute_endpoint": "https://nova.example.com", "token": "t", "user_id": "u"}, ".user_id", "user_id has no effect together with token"},
		"invalid interface":               {values{"OS_INTERFACE": "private"}, with(base, stackPassword, stackProject), ".interface", `OS_INTERFACE is "private", which is not an interface. Set it to public, internal or admin.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := newSet(t, tt.env, nil, tt.block)
			wantError(t, diags, "openstack"+tt.at, tt.text)
		})
	}
}

func TestOpenStack_certificate(t *testing.T) {
	t.Parallel()
	keystone := httptest.NewTLSServer(identitytest.New())
	t.Cleanup(keystone.Close)
	trusted := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: keystone.Certificate().Raw}))
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(trusted), 0o600); err != nil {
		t.Fatal(err)
	}
	block := with(stackPassword, stackProject, values{"auth_url": keystone.URL})
	for name, tt := range map[string]struct {
		env, block values
		want       string
	}{
		"trusted":           {block: with(block, values{"ca_certificate": trusted}), want: `no service of the type "compute"`},
		"trusted by a file": {block: block, env: values{"OS_CACERT": file}, want: `no service of the type "compute"`},
		"not trusted":       {block: block, want: "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, diags := newSet(t, tt.env, nil, tt.block)
			if diags.HasError() {
				t.Fatal(diags)
			}
			if err := console(context.WithoutCancel(t.Context()), set); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestCompute_choosesTheCloud(t *testing.T) {
	t.Parallel()
	f := startFakes(t)
	huawei := with(f.huaweiBase, huaweiKey, huaweiProject)
	stack := with(f.stackBase, stackPassword, stackProject)
	huaweiEnv := values{"HW_ACCESS_KEY": "a", "HW_SECRET_KEY": "b", "HW_REGION_NAME": "c", "HW_PROJECT_ID": "d"}
	for name, tt := range map[string]struct {
		env, huawei, stack values
		ask, want, err     string
	}{
		"the one block":            {nil, huawei, nil, "", "huaweicloud", ""},
		"the other block":          {nil, nil, stack, "", "openstack", ""},
		"block before environment": {huaweiEnv, nil, stack, "", "openstack", ""},
		"the environment":          {huaweiEnv, nil, nil, "", "huaweicloud", ""},
		"both, one named":          {nil, huawei, stack, "openstack", "openstack", ""},
		"both, the other named":    {nil, huawei, stack, "huaweicloud", "huaweicloud", ""},
		"both":                     {nil, huawei, stack, "", "", "both `huaweicloud` and `openstack` are configured: set `cloud` to the one that has the server"},
		"none":                     {nil, nil, nil, "", "", "add a `huaweicloud` or an `openstack` block"},
		"not the one named":        {nil, huawei, nil, "openstack", "", "add a `openstack` block to the provider to use it, or set the OS_… variables"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, diags := newSet(t, tt.env, tt.huawei, tt.stack)
			if diags.HasError() {
				t.Fatal(diags)
			}
			_, got, err := set.compute.Cloud(tt.ask)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
