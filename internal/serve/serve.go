// Package serve hands the provider to Terraform, and is where a plan of many
// resources is made cheap: each measure of its speed is one file of this
// package.
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

// Provider serves a provider to Terraform until Terraform has had enough. With
// debug it waits for a Terraform that attaches to it, and for an interrupt.
func Provider(newProvider func() provider.Provider, debug bool) error {
	collectRarely(os.Getenv)
	served := newProvider()
	server := func() tfprotov6.ProviderServer { return Server(served) }
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	if !logging(os.Getenv) {
		if err := silence(os.Setenv); err != nil {
			return err
		}
		options = append(options, tf6server.WithGoPluginLogger(hclog.New(&hclog.LoggerOptions{
			Level: hclog.Error, Output: os.Stderr, JSONFormat: true,
		})))
		framework := server
		server = func() tfprotov6.ProviderServer { return forget(framework()) }
	}
	err := tf6server.Serve(address, server, options...)
	// Terraform waits two seconds for the process to end before it kills it.
	if closer, ok := served.(io.Closer); ok {
		err = errors.Join(err, closer.Close())
	}
	return err
}
