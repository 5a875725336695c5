package serve

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// frameworkServer is what the framework's server can do: the interface that
// every server has, and those that plugin-go looks for in it.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// forgetful passes calls on to a framework server that does not get to keep
// their contexts. The framework remembers how to cancel each call, and with
// that its context, until the process ends or StopProvider comes. Such a
// context holds the loggers and the stream of the call: 12 KB that would stay
// for each call, several of them for each resource.
//
// The calls that come once for a process, and those of state stores, which the
// provider does not offer, go to the framework as they are.
type forgetful struct {
	frameworkServer
}

// forget wraps the framework's server. Nothing is left of the loggers in the
// contexts that it passes on: it is for a process that does not log.
func forget(server tfprotov6.ProviderServer) tfprotov6.ProviderServer {
	framework, ok := server.(frameworkServer)
	if !ok {
		return server
	}
	return forgetful{framework}
}

// pass passes a call on with a context that holds nothing of the call's own,
// but ends with it. gRPC ends that when the call has returned and its stream,
// if it has one, has been read.
func pass[Request, Response any](ctx context.Context, req Request, method func(context.Context, Request) (Response, error)) (Response, error) {
	detached, cancel := context.WithCancelCause(context.Background())
	context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return method(detached, req) //nolint:contextcheck // To hold nothing of ctx is the point.
}

func (s forgetful) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return pass(ctx, req, s.frameworkServer.ValidateResourceConfig)
}

func (s forgetful) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return pass(ctx, req, s.frameworkServer.UpgradeResourceState)
}

func (s forgetful) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return pass(ctx, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s forgetful) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return pass(ctx, req, s.frameworkServer.ReadResource)
}

func (s forgetful) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return pass(ctx, req, s.frameworkServer.PlanResourceChange)
}

func (s forgetful) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return pass(ctx, req, s.frameworkServer.ApplyResourceChange)
}

func (s forgetful) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return pass(ctx, req, s.frameworkServer.ImportResourceState)
}

func (s forgetful) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return pass(ctx, req, s.frameworkServer.MoveResourceState)
}

func (s forgetful) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return pass(ctx, req, s.frameworkServer.GenerateResourceConfig)
}

func (s forgetful) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return pass(ctx, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s forgetful) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return pass(ctx, req, s.frameworkServer.ReadDataSource)
}

func (s forgetful) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return pass(ctx, req, s.frameworkServer.CallFunction)
}

func (s forgetful) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return pass(ctx, req, s.frameworkServer.ValidateEphemeralResourceConfig)
}

func (s forgetful) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return pass(ctx, req, s.frameworkServer.OpenEphemeralResource)
}

func (s forgetful) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return pass(ctx, req, s.frameworkServer.RenewEphemeralResource)
}

func (s forgetful) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return pass(ctx, req, s.frameworkServer.CloseEphemeralResource)
}

func (s forgetful) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return pass(ctx, req, s.frameworkServer.ValidateListResourceConfig)
}

func (s forgetful) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return pass(ctx, req, s.frameworkServer.ValidateActionConfig)
}

func (s forgetful) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return pass(ctx, req, s.frameworkServer.PlanAction)
}

func (s forgetful) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return pass(ctx, req, s.frameworkServer.ListResource)
}

func (s forgetful) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return pass(ctx, req, s.frameworkServer.InvokeAction)
}
