package acctest

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/serve"
)

// Providers returns the provider as part of the test's process: it sees no
// environment variables and waits only milliseconds between tries.
func Providers(options ...func(*clients.Env)) map[string]func() (tfprotov6.ProviderServer, error) {
	options = append([]func(*clients.Env){func(env *clients.Env) {
		env.Getenv = func(string) string { return "" }
		env.Retry.Initial = time.Millisecond
		env.DoubtWait = 200 * time.Millisecond
	}}, options...)
	return map[string]func() (tfprotov6.ProviderServer, error){
		"clouddesktop": func() (tfprotov6.ProviderServer, error) {
			return serve.Server(provider.New("test", options...)()), nil
		},
	}
}
