package acctest

import (
	"os"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/serve"
)

// Providers returns the provider inside the test process, for both registries.
// It sees no environment variables and waits only milliseconds between retries.
func Providers(options ...func(*clients.Env)) map[string]func() (tfprotov6.ProviderServer, error) {
	setProviderHost()
	options = append([]func(*clients.Env){func(env *clients.Env) {
		env.Getenv = func(string) string { return "" }
		env.Retry.Initial = time.Millisecond
	}}, options...)
	return map[string]func() (tfprotov6.ProviderServer, error){
		"clouddesktop": func() (tfprotov6.ProviderServer, error) {
			return serve.Server(provider.New("test", options...)()), nil
		},
	}
}

// setProviderHost tells the test framework which registry a provider belongs to
// if its address has no host. Without it OpenTofu looks for the provider on the
// network.
var setProviderHost = sync.OnceFunc(func() {
	const variable = "TF_ACC_PROVIDER_HOST"
	version, err := InstalledVersion()
	if err == nil && os.Getenv(variable) == "" {
		_ = os.Setenv(variable, version.Registry())
	}
})
