package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// clouds writes a clouds.yaml with the cloud "test" of the fakes, and a
// secure.yaml in the same directory.
func (f fakes) clouds(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "secure.yaml", "clouds: {test: {auth: {password: "+identitytest.Password+"}}}\n")
	return writeFile(t, dir, "clouds.yaml", `
clouds:
  test:
    region_name: `+identitytest.Region+`
    interface: public
    auth:
      auth_url: `+f.identity.URL+`/v3
      username: `+identitytest.User+`
      project_name: `+identitytest.Project+`
      domain_name: `+identitytest.Domain+`
`)
}

func TestCloudsYAML_location(t *testing.T) {
	t.Parallel()
	f := startFakes(t)
	file := f.clouds(t)
	base := filepath.Dir(file)
	for name, tt := range map[string]struct{ env, block values }{
		"cloud in the block":        {values{"OS_CLIENT_CONFIG_FILE": file}, values{"cloud": "test"}},
		"cloud before OS_CLOUD":     {values{"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "other"}, values{"cloud": "test"}},
		"OS_CLOUD and a block":      {values{"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "test"}, values{}},
		"OS_CLOUD alone":            {values{"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "test"}, nil},
		"the user's configuration":  {values{"XDG_CONFIG_HOME": linked(t, base, "openstack"), "OS_CLOUD": "test"}, nil},
		"the home directory":        {values{"HOME": linked(t, base, ".config/openstack"), "OS_CLOUD": "test"}, nil},
		"before other variables":    {values{"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "test", "OS_USER_ID": "x", "OS_PROJECT_ID": "x", "OS_AUTH_URL": "x", "OS_REGION_NAME": "x", "OS_INTERFACE": "x", "OS_TOKEN": "x"}, nil},
		"completed by variables":    {values{"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "test", "OS_USER_DOMAIN_NAME": "x"}, nil},
		"overridden by an argument": {values{"OS_CLIENT_CONFIG_FILE": file}, values{"cloud": "test", "project_id": identitytest.ProjectID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, diags := newSet(t, tt.env, nil, tt.block)
			if diags.HasError() {
				t.Fatal(diags)
			}
			if err := console(t.Context(), set); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// linked returns a directory in which folder is a link to target.
func linked(t *testing.T, target, folder string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, folder)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(dir, folder)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCloudsYAML_profile(t *testing.T) {
	t.Parallel()
	f := startFakes(t)
	home := t.TempDir()
	writeFile(t, home, ".config/openstack/clouds-public.yaml", "public-clouds: {acme: {auth: {auth_url: "+f.identity.URL+"}}}\n")
	file := writeFile(t, home, "clouds.yaml", `
clouds:
  test:
    profile: acme
    auth_type: v3applicationcredential
    regions: [`+identitytest.Region+`]
    auth:
      password: not selected by auth_type
      application_credential_id: `+identitytest.CredentialID+`
      application_credential_secret: `+identitytest.CredentialSecret+`
`)
	set, diags := newSet(t, values{"OS_CLIENT_CONFIG_FILE": file, "HOME": home}, nil, values{"cloud": "test"})
	if diags.HasError() {
		t.Fatal(diags)
	}
	if err := console(t.Context(), set); err != nil {
		t.Fatal(err)
	}
}

func TestCloudsYAML_invalidFiles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ content, attribute, text string }{
		"not there":     {"", "cloud", `There is no clouds.yaml with the cloud "test". The provider looked for: `},
		"another cloud": {"clouds: {prod: {}}", "cloud", `OS_CLOUD is "test", but there is no cloud of this name in `},
		"not YAML":      {"clouds:\n  test: [", "cloud", "clouds.yaml is not a valid list of clouds: see line 2."},
		"another shape": {"clouds:\n  test:\n    auth: hunter2", "cloud", "clouds.yaml is not a valid list of clouds: see line 3."},
		"a trust":       {"clouds: {test: {auth: {trust_id: x}}}", "cloud", "The provider does not support trust_id in clouds.yaml."},
		"no profile":    {"clouds: {test: {profile: acme}}", "cloud", `The cloud has the profile "acme", but no clouds-public.yaml contains it.`},
		"no user":       {"clouds: {test: {auth: {auth_url: 'http://k', project_id: p, password: hunter2}}}", "user_name", "user_name is missing"},
		"two methods":   {"clouds: {test: {auth: {token: hunter2, password: hunter2}}}", "", "token in clouds.yaml and password in clouds.yaml are both set"},
		"bad interface": {"clouds: {test: {interface: private, auth: {auth_url: 'http://k', project_id: p, user_id: u, password: hunter2}}}", "interface", `interface in clouds.yaml is "private"`},
		"no CA":         {"clouds: {test: {cacert: ~/none.pem, auth: {password: hunter2}}}", "ca_certificate", "The provider cannot read the file in cacert in clouds.yaml: "},
		"no key":        {"clouds: {test: {cert: clouds.yaml, auth: {password: hunter2}}}", "cloud", "The provider cannot read the file in cert in clouds.yaml: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "clouds.yaml")
			if tt.content != "" {
				writeFile(t, dir, "clouds.yaml", tt.content)
			}
			_, diags := newSet(t, values{"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "test", "HOME": dir}, nil, values{})
			wantError(t, diags, strings.TrimSuffix("openstack."+tt.attribute, "."), tt.text)
			if strings.Contains(diags[0].Detail(), "hunter") {
				t.Errorf("the error contains a secret: %s", diags[0].Detail())
			}
		})
	}
}
