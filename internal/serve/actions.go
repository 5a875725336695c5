package serve

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Server returns the server of a provider as Terraform gets to see it.
func Server(provider provider.Provider) tfprotov6.ProviderServer {
	server := providerserver.NewProtocol6(provider)()
	if framework, ok := server.(frameworkServer); ok {
		return writeOnlyActions{storedNumbers{framework}}
	}
	return server
}

// writeOnlyActions lets the attributes of actions be write-only. The framework
// (1.19) offers that in its schemas, yet refuses every value as if Terraform
// were too old: each Terraform that has actions takes it.
type writeOnlyActions struct {
	frameworkServer
}

func (s writeOnlyActions) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateActionConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = slices.DeleteFunc(resp.Diagnostics, func(d *tfprotov6.Diagnostic) bool {
			return d.Summary == "WriteOnly Attribute Not Allowed"
		})
	}
	return resp, err
}
