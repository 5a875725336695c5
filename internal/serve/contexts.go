package serve

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// frameworkServer lists the interfaces of the framework's server: the required
// one, and the optional ones that plugin-go checks for.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// detachedServer calls the framework with contexts that do not refer to the
// gRPC call. The framework keeps the cancel function of every call, and through
// it the context, until the process ends or Terraform calls StopProvider. The
// context of a gRPC call refers to loggers and the stream: 12 KB for each call,
// with several calls for each resource.
//
// The methods that Terraform calls once per process, and those of state stores,
// which the provider does not have, are not wrapped.
type detachedServer struct {
	frameworkServer
}

// detachContexts wraps the framework's server. The new contexts have no
// loggers, so use it only in a process that does not log.
func detachContexts(server tfprotov6.ProviderServer) tfprotov6.ProviderServer {
	framework, ok := server.(frameworkServer)
	if !ok {
		return server
	}
	return detachedServer{framework}
}

// withDetachedContext calls method with a context that has no values and is
// cancelled when ctx is. gRPC cancels ctx after the call has returned and its
// stream, if there is one, has been read.
func withDetachedContext[Request, Response any](ctx context.Context, req Request, method func(context.Context, Request) (Response, error)) (Response, error) {
	detached, cancel := context.WithCancelCause(context.Background())
	context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return method(detached, req) //nolint:contextcheck // The new context must not refer to ctx.
}

func (s detachedServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ValidateResourceConfig)
}

func (s detachedServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.UpgradeResourceState)
}

func (s detachedServer) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s detachedServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ReadResource)
}

func (s detachedServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.PlanResourceChange)
}

func (s detachedServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ApplyResourceChange)
}

func (s detachedServer) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ImportResourceState)
}

func (s detachedServer) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.MoveResourceState)
}

func (s detachedServer) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.GenerateResourceConfig)
}

func (s detachedServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s detachedServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ReadDataSource)
}

func (s detachedServer) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.CallFunction)
}

func (s detachedServer) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ValidateEphemeralResourceConfig)
}

func (s detachedServer) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.OpenEphemeralResource)
}

func (s detachedServer) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.RenewEphemeralResource)
}

func (s detachedServer) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.CloseEphemeralResource)
}

func (s detachedServer) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ValidateListResourceConfig)
}

func (s detachedServer) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ValidateActionConfig)
}

func (s detachedServer) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.PlanAction)
}

func (s detachedServer) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.ListResource)
}

func (s detachedServer) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return withDetachedContext(ctx, req, s.frameworkServer.InvokeAction)
}
