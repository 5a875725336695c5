package serve

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Server returns the protocol server of a provider.
func Server(provider provider.Provider) tfprotov6.ProviderServer {
	server := providerserver.NewProtocol6(provider)()
	framework, ok := server.(frameworkServer)
	if !ok {
		return server
	}
	framework = writeOnlyActions{newUpgradeServer(jsonStateServer{framework}, provider)}
	if planner, ok := provider.(unchangedPlanner); ok {
		framework = unchangedServer{framework, planner, shadowRequested()}
	}
	return framework
}

// writeOnlyActions allows write-only attributes in actions. The framework
// (1.19) allows them in schemas, but rejects every value with the error that
// Terraform is too old. All Terraform versions with actions support them.
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
