// Package serve runs the provider's server and makes plans of many resources
// fast. Each file holds one optimization.
package serve

import (
	"errors"
	"io"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

const address = "registry.terraform.io/clouddesktop/clouddesktop"

// Provider serves a provider until Terraform closes the connection. With debug
// it prints how Terraform attaches to it, and serves until it is interrupted.
func Provider(newProvider func() provider.Provider, debug bool) error {
	tuneGC(os.Getenv)
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
	err := tf6server.Serve(address, server, options...)
	// Terraform kills the process two seconds after it has closed the connection.
	if closer, ok := served.(io.Closer); ok {
		err = errors.Join(err, closer.Close())
	}
	return err
}
