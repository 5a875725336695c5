// Package serve runs the provider's server and makes plans of many resources
// fast. Each file holds one optimization; shadow.go compares the shortcuts with
// the framework in tests.
package serve

import (
	"errors"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
)

const address = "registry.terraform.io/clouddesktop/clouddesktop"

// Provider serves a provider until Terraform closes the connection. With debug,
// it prints how to attach Terraform to it, and serves until it is interrupted.
func Provider(newProvider func() provider.Provider, debug bool) error {
	tuneGC(os.Getenv)
	process.Parent() // Terraform must still run when this is called.
	served := newProvider()
	server := func() tfprotov6.ProviderServer { return Server(served) }
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	if !logsRequested(os.Getenv) {
		if err := disableSDKLogs(os.Setenv); err != nil {
			return err
		}
		options = append(options, tf6server.WithGoPluginLogger(hclog.New(&hclog.LoggerOptions{
			Level: hclog.Error, Output: os.Stderr, JSONFormat: true,
		})))
		framework := server
		server = func() tfprotov6.ProviderServer { return detachContexts(framework()) }
	}
	serve := func() error { return tf6server.Serve(address, server, options...) }
	if debug {
		// Terraform has not started this process, it only attaches to it.
		return errors.Join(serve(), closeProvider(served))
	}
	return untilOrphaned(serve, process.WaitOrphaned, served)
}
