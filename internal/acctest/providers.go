package acctest

import (
	"io"
	"os"
	"sync"
	"testing"
	"time"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/serve"
)

// Providers returns the provider inside the test process, for both registries.
// It reads no environment variables and waits only milliseconds between
// retries.
func Providers(options ...func(*clients.Env)) map[string]func() (tfprotov6.ProviderServer, error) {
	return providers(func(fwprovider.Provider) {}, options...)
}

func providers(made func(fwprovider.Provider), options ...func(*clients.Env)) map[string]func() (tfprotov6.ProviderServer, error) {
	setProviderHost()
	setShadow()
	options = append([]func(*clients.Env){func(env *clients.Env) {
		env.Getenv = func(string) string { return "" }
		env.Retry.Initial = time.Millisecond
	}}, options...)
	return map[string]func() (tfprotov6.ProviderServer, error){
		"clouddesktop": func() (tfprotov6.ProviderServer, error) {
			p := provider.New("test", options...)()
			made(p)
			return serve.Server(p), nil
		},
	}
}

// ProvidersOf is like Providers, for a test that orders desktops. At the end of
// the test it closes the providers, as Terraform does.
func ProvidersOf(t testing.TB, options ...func(*clients.Env)) map[string]func() (tfprotov6.ProviderServer, error) {
	t.Helper()
	var mu sync.Mutex
	var open []io.Closer
	t.Cleanup(func() {
		for _, closer := range open {
			if err := closer.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return providers(func(p fwprovider.Provider) {
		if closer, ok := p.(io.Closer); ok {
			mu.Lock()
			defer mu.Unlock()
			open = append(open, closer)
		}
	}, options...)
}

// setProviderHost sets the registry of provider addresses without a host in the
// test framework. Without it, OpenTofu looks for the provider on the network.
var setProviderHost = sync.OnceFunc(func() {
	const variable = "TF_ACC_PROVIDER_HOST"
	version, err := InstalledVersion()
	if err == nil && os.Getenv(variable) == "" {
		_ = os.Setenv(variable, version.Registry())
	}
})

// setShadow makes the provider compare its shortcuts with the framework.
var setShadow = sync.OnceFunc(func() {
	if _, ok := os.LookupEnv(serve.ShadowVariable); !ok {
		_ = os.Setenv(serve.ShadowVariable, "on")
	}
})
