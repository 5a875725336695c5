package clients

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"gopkg.in/yaml.v2"
)

// readCloud reads a cloud from clouds.yaml and returns its values by argument.
// It does not use clouds.Parse, which gives environment variables precedence
// over the file and merges the domain of the user with that of the project.
// label is the name of the argument or variable with the name of the cloud.
func readCloud(env Env, name, label string) (map[string]string, error) {
	file, found, err := findCloud(env, name)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &configError{"cloud", fmt.Sprintf("%s is %q, but there is no cloud of this name in %s.", label, name, file)}
	}
	secure, err := parseClouds(filepath.Join(filepath.Dir(file), "secure.yaml"), false)
	if err != nil {
		return nil, err
	}
	layers := []clouds.Cloud{secure[name], *found}
	if profile := cmp.Or(layers[0].Profile, layers[1].Profile, layers[0].Cloud, layers[1].Cloud); profile != "" {
		public, err := publicCloud(env, profile)
		if err != nil {
			return nil, err
		}
		layers = append(layers, public)
	}
	return cloudValues(layers)
}

// cloudValues returns each value from the first layer that contains it.
func cloudValues(layers []clouds.Cloud) (map[string]string, error) {
	first := func(get func(clouds.Cloud, clouds.AuthInfo) string) string {
		for _, layer := range layers {
			var auth clouds.AuthInfo
			if layer.AuthInfo != nil {
				auth = *layer.AuthInfo
			}
			if value := get(layer, auth); value != "" {
				return value
			}
		}
		return ""
	}
	for argument, get := range unsupported {
		if first(get) != "" {
			return nil, &configError{"cloud", fmt.Sprintf("The provider does not support %s in clouds.yaml. Use a cloud with a project instead.", argument)}
		}
	}
	values := map[string]string{}
	for argument, get := range cloudFields {
		values[argument] = first(get)
	}
	for _, of := range []string{"user", "project"} {
		if values[of+"_domain_id"] == "" && values[of+"_domain_name"] == "" {
			values[of+"_domain_id"], values[of+"_domain_name"] = values["domain_id"], values["domain_name"]
		}
	}
	keepMethod(values, first(func(c clouds.Cloud, _ clouds.AuthInfo) string { return string(c.AuthType) }))
	return values, nil
}

// keepMethod removes the credentials of the methods that auth_type does not
// select.
func keepMethod(values map[string]string, authType string) {
	method := strings.TrimPrefix(strings.TrimPrefix(authType, "v2"), "v3")
	for argument, of := range map[string]string{
		"password": "password", "token": "token",
		"application_credential_id": "applicationcredential", "application_credential_name": "applicationcredential",
		"application_credential_secret": "applicationcredential",
	} {
		if method != "" && of != method {
			delete(values, argument)
		}
	}
}

type cloudField = func(clouds.Cloud, clouds.AuthInfo) string

// cloudFields maps the arguments to their fields in clouds.yaml, and to the
// fields that replace them.
var cloudFields = map[string]cloudField{
	"auth_url":                      func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.AuthURL },
	"region":                        func(c clouds.Cloud, _ clouds.AuthInfo) string { return region(c) },
	"interface":                     func(c clouds.Cloud, _ clouds.AuthInfo) string { return cmp.Or(c.EndpointType, c.Interface) },
	"project_id":                    func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.ProjectID },
	"project_name":                  func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.ProjectName },
	"project_domain_id":             func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.ProjectDomainID },
	"project_domain_name":           func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.ProjectDomainName },
	"user_id":                       func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.UserID },
	"user_name":                     func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.Username },
	"user_domain_id":                func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.UserDomainID },
	"user_domain_name":              func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.UserDomainName },
	"domain_id":                     func(_ clouds.Cloud, a clouds.AuthInfo) string { return cmp.Or(a.DomainID, a.DefaultDomain) },
	"domain_name":                   func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.DomainName },
	"password":                      func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.Password },
	"application_credential_id":     func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.ApplicationCredentialID },
	"application_credential_name":   func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.ApplicationCredentialName },
	"application_credential_secret": func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.ApplicationCredentialSecret },
	"token":                         func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.Token },
	"cacert":                        func(c clouds.Cloud, _ clouds.AuthInfo) string { return c.CACertFile },
	"cert":                          func(c clouds.Cloud, _ clouds.AuthInfo) string { return c.ClientCertFile },
	"key":                           func(c clouds.Cloud, _ clouds.AuthInfo) string { return c.ClientKeyFile },
}

// unsupported are the entries of clouds.yaml that change the scope of a login
// and are not supported.
var unsupported = map[string]cloudField{
	"trust_id":     func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.TrustID },
	"system_scope": func(_ clouds.Cloud, a clouds.AuthInfo) string { return a.SystemScope },
}

func region(c clouds.Cloud) string {
	if c.RegionName == "" && len(c.Regions) > 0 {
		return c.Regions[0].Name
	}
	return c.RegionName
}

// findCloud returns the path of clouds.yaml and the cloud in it, or nil if it
// does not contain the cloud.
func findCloud(env Env, name string) (string, *clouds.Cloud, error) {
	files := []string{env.Getenv("OS_CLIENT_CONFIG_FILE")}
	if files[0] == "" {
		files = configFiles(env, "clouds.yaml")
	}
	for _, file := range files {
		all, err := parseClouds(file, false)
		if err != nil {
			return file, nil, err
		}
		if all == nil {
			continue
		}
		if cloud, ok := all[name]; ok {
			return file, &cloud, nil
		}
		return file, nil, nil
	}
	return "", nil, &configError{"cloud", fmt.Sprintf("There is no clouds.yaml with the cloud %q. The provider looked for: %s. Set OS_CLIENT_CONFIG_FILE to the file.", name, strings.Join(files, ", "))}
}

// publicCloud returns the entry of clouds-public.yaml for the profile of a
// cloud.
func publicCloud(env Env, profile string) (clouds.Cloud, error) {
	files := configFiles(env, "clouds-public.yaml")
	for _, file := range files {
		all, err := parseClouds(file, true)
		if err != nil {
			return clouds.Cloud{}, err
		}
		if cloud, ok := all[profile]; ok {
			return cloud, nil
		}
	}
	return clouds.Cloud{}, &configError{"cloud", fmt.Sprintf("The cloud has the profile %q, but no clouds-public.yaml contains it. The provider looked for: %s. "+
		"Write auth_url and region_name to clouds.yaml instead of the profile.", profile, strings.Join(files, ", "))}
}

// configFiles returns the paths where the OpenStack clients look for a file.
func configFiles(env Env, name string) []string {
	config := env.Getenv("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(home(env), ".config")
	}
	return []string{name, filepath.Join(config, "openstack", name), filepath.Join("/etc/openstack", name)}
}

func home(env Env) string { return cmp.Or(env.Getenv("HOME"), env.Getenv("USERPROFILE")) }

// parseClouds returns the clouds in a file, or nil if the file does not exist.
func parseClouds(file string, public bool) (map[string]clouds.Cloud, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &configError{"cloud", fmt.Sprintf("The provider cannot read a file with clouds: %v.", err)}
	}
	var parsed struct {
		Clouds map[string]clouds.Cloud `yaml:"clouds"`
		Public map[string]clouds.Cloud `yaml:"public-clouds"`
	}
	if err := yaml.Unmarshal(content, &parsed); err != nil {
		return nil, &configError{"cloud", fmt.Sprintf("%s is not a valid list of clouds%s.", file, yamlLine(err))}
	}
	if parsed.Clouds == nil {
		parsed.Clouds = map[string]clouds.Cloud{}
	}
	if public {
		return parsed.Public, nil
	}
	return parsed.Clouds, nil
}

var lineNumber = regexp.MustCompile(`line \d+`)

// yamlLine returns the line of an error in a YAML file. The error itself is not
// used, because it may quote a password.
func yamlLine(err error) string {
	if line := lineNumber.FindString(err.Error()); line != "" {
		return ": see " + line
	}
	return ""
}
