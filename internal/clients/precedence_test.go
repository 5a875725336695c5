package clients

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
)

// subject is an object that several arguments and variables identify, such as a
// project.
type subject struct {
	spec      blockSpec
	block     schema.Block
	arguments []string
	variables []string
}

// subjects returns all objects that the arguments of the clouds identify.
func subjects() map[string]subject {
	stack := func(arguments []string, variables ...string) subject {
		return subject{openStackSpec, openStackBlock(), arguments, variables}
	}
	huawei := func(argument string, variables ...string) subject {
		return subject{huaweiCloudSpec, huaweiCloudBlock(), []string{argument}, variables}
	}
	tencent := func(argument string, variables ...string) subject {
		return subject{tencentCloudSpec, tencentCloudBlock(), []string{argument}, variables}
	}
	return map[string]subject{
		"project":                   stack([]string{"project_id", "project_name"}, "OS_PROJECT_ID", "OS_TENANT_ID", "OS_PROJECT_NAME", "OS_TENANT_NAME"),
		"domain of the project":     stack([]string{"project_domain_id", "project_domain_name"}, "OS_PROJECT_DOMAIN_ID", "OS_PROJECT_DOMAIN_NAME", "OS_DOMAIN_ID", "OS_DOMAIN_NAME"),
		"user":                      stack([]string{"user_id", "user_name"}, "OS_USER_ID", "OS_USERID", "OS_USERNAME"),
		"domain of the user":        stack([]string{"user_domain_id", "user_domain_name"}, "OS_USER_DOMAIN_ID", "OS_USER_DOMAIN_NAME", "OS_DOMAIN_ID", "OS_DOMAIN_NAME"),
		"application credential":    stack([]string{"application_credential_id", "application_credential_name"}, "OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME"),
		"secret of a credential":    stack([]string{"application_credential_secret"}, "OS_APPLICATION_CREDENTIAL_SECRET"),
		"password":                  stack([]string{"password"}, "OS_PASSWORD"),
		"token":                     stack([]string{"token"}, "OS_TOKEN", "OS_AUTH_TOKEN"),
		"Keystone":                  stack([]string{"auth_url"}, "OS_AUTH_URL"),
		"region":                    stack([]string{"region"}, "OS_REGION_NAME"),
		"interface":                 stack([]string{"interface"}, "OS_INTERFACE", "OS_ENDPOINT_TYPE"),
		"cloud":                     stack([]string{"cloud"}, "OS_CLOUD"),
		"Huawei's region":           huawei("region", "HW_REGION_NAME"),
		"Huawei's project":          huawei("project_id", "HW_PROJECT_ID"),
		"Huawei's IAM":              huawei("iam_endpoint", "HW_AUTH_URL"),
		"Huawei's token":            huawei("token", "HW_AUTH_TOKEN"),
		"Huawei's user":             huawei("user_name", "HW_USER_NAME"),
		"Huawei's password":         huawei("password", "HW_USER_PASSWORD"),
		"Huawei's account":          huawei("domain_name", "HW_DOMAIN_NAME"),
		"Huawei's key":              huawei("access_key", "HW_ACCESS_KEY"),
		"Huawei's secret":           huawei("secret_key", "HW_SECRET_KEY"),
		"Huawei's security token":   huawei("security_token", "HW_SECURITY_TOKEN"),
		"Tencent's region":          tencent("region", "TENCENTCLOUD_REGION"),
		"Tencent's key":             tencent("secret_id", "TENCENTCLOUD_SECRET_ID"),
		"Tencent's secret":          tencent("secret_key", "TENCENTCLOUD_SECRET_KEY"),
		"Tencent's security tokens": tencent("security_token", "TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_TOKEN"),
	}
}

func TestSettings_precedence(t *testing.T) {
	t.Parallel()
	for name, tt := range subjects() {
		for _, argument := range tt.arguments {
			for _, variable := range tt.variables {
				block := settings{blockSpec: tt.spec, env: environment(values{variable: "environment"}), block: object(t, tt.block, values{argument: "block"})}
				file := block
				file.block, file.file = object(t, tt.block, nil), values{argument: "block"}
				for place, s := range map[string]settings{"block": block, "file": file} {
					if got := s.get(argument); got != "block" {
						t.Errorf("%s: %s in the %s and %s: %s is %q", name, argument, place, variable, argument, got)
					}
					for _, other := range tt.arguments {
						if got := s.get(other); got == "environment" {
							t.Errorf("%s: %s in the %s and %s: the variable sets %s", name, argument, place, variable, other)
						}
					}
				}
			}
			for _, other := range tt.arguments {
				s := settings{blockSpec: tt.spec, env: environment(nil), block: object(t, tt.block, values{argument: "block"}), file: values{other: "file"}}
				if s.get(argument) != "block" || other != argument && s.get(other) != "" {
					t.Errorf("%s: %s in the block and %s in the file: %q and %q", name, argument, other, s.get(argument), s.get(other))
				}
			}
		}
	}
}

// The test above must cover every variable that the provider reads.
func TestSettings_precedenceIsComplete(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{"HW_CLOUD": true} // There is no argument for it.
	for _, tt := range subjects() {
		for _, variable := range tt.variables {
			tested[variable] = true
		}
	}
	for _, spec := range []blockSpec{openStackSpec, huaweiCloudSpec, tencentCloudSpec} {
		for _, all := range []map[string][]string{spec.variables, spec.general} {
			for _, variables := range all {
				for _, variable := range variables {
					if !tested[variable] {
						t.Errorf("no pair with %s is tested", variable)
					}
				}
			}
		}
	}
}

// Arguments that determine another one.
func TestSettings_precedenceOfParts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spec       blockSpec
		schema     schema.Block
		block, env values
		want       values
	}{
		"a domain in the block and the ID of a project elsewhere": {
			openStackSpec, openStackBlock(),
			values{"project_domain_name": "acme"},
			values{"OS_PROJECT_ID": "x", "OS_PROJECT_NAME": "demo"},
			values{"project_id": "", "project_name": "demo", "project_domain_name": "acme"},
		},
		"a domain in the block and the ID of a user elsewhere": {
			openStackSpec, openStackBlock(),
			values{"user_domain_id": "acme"},
			values{"OS_USER_ID": "x", "OS_USERNAME": "ada"},
			values{"user_id": "", "user_name": "ada", "user_domain_id": "acme"},
		},
		"the domain of the user and the general domain": {
			openStackSpec, openStackBlock(), nil,
			values{"OS_USER_DOMAIN_NAME": "acme", "OS_DOMAIN_ID": "other"},
			values{"user_domain_name": "acme", "user_domain_id": "", "project_domain_id": "other"},
		},
		"half a pair in each place": {
			openStackSpec, openStackBlock(),
			values{"user_name": "ada"},
			values{"OS_USER_DOMAIN_NAME": "acme", "OS_PASSWORD": "x"},
			values{"user_name": "ada", "user_domain_name": "acme", "password": "x"},
		},
		"an empty argument": {
			openStackSpec, openStackBlock(),
			values{"project_id": ""},
			values{"OS_PROJECT_ID": "x", "OS_PROJECT_NAME": "demo"},
			values{"project_id": "", "project_name": "demo"},
		},
		"the token of Huawei's other key": {
			huaweiCloudSpec, huaweiCloudBlock(),
			values{"access_key": "a"},
			values{"HW_SECURITY_TOKEN": "t", "HW_SECRET_KEY": "s"},
			values{"access_key": "a", "secret_key": "s", "security_token": ""},
		},
		"the token of Tencent's other key": {
			tencentCloudSpec, tencentCloudBlock(),
			values{"secret_id": "a"},
			values{"TENCENTCLOUD_TOKEN": "t", "TENCENTCLOUD_SECRET_KEY": "s"},
			values{"secret_id": "a", "secret_key": "s", "security_token": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings{blockSpec: tt.spec, env: environment(tt.env), block: object(t, tt.schema, tt.block)}
			for argument, want := range tt.want {
				if got := s.get(argument); got != want {
					t.Errorf("%s is %q, want %q", argument, got, want)
				}
			}
		})
	}
}
