package serve

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// calledOnce are the methods that Terraform calls once per process.
var calledOnce = []string{
	"GetMetadata", "GetProviderSchema", "GetResourceIdentitySchemas", "GetFunctions",
	"ValidateProviderConfig", "ConfigureProvider", "StopProvider",
	"ValidateStateStoreConfig", "ConfigureStateStore", "GetStates", "DeleteState", "LockState", "UnlockState", "ReadStateBytes", "WriteStateBytes",
}

func TestDetachedServer_releasesContexts(t *testing.T) {
	t.Parallel()
	framework := providerserver.NewProtocol6(&fakeProvider{})()
	served := detachContexts(framework)
	for method := range reflect.TypeOf(served).Methods() {
		name := method.Name
		if slices.Contains(calledOnce, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if kept(callEmpty(t, served, name)) {
				t.Error("the context of the call was not released")
			}
			if !kept(callEmpty(t, framework, name)) {
				t.Error("the framework does not keep contexts: detachedServer is not needed")
			}
			runtime.KeepAlive(framework)
		})
	}
}

type markerKey struct{}

type marker struct{ _ [64]byte }

// callEmpty makes a call with an empty request, like gRPC, and returns a weak
// pointer to a value in its context.
func callEmpty(t *testing.T, server tfprotov6.ProviderServer, method string) weak.Pointer[marker] {
	t.Helper()
	m := new(marker)
	ctx, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(t.Context()), markerKey{}, m))
	defer cancel()
	call := reflect.ValueOf(server).MethodByName(method)
	results := call.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.New(call.Type().In(1).Elem())})
	if err := results[1].Interface(); err != nil {
		t.Fatal(err)
	}
	return weak.Make(m)
}

// kept reports whether m is still reachable after a garbage collection.
func kept(m weak.Pointer[marker]) bool {
	for range 3 {
		runtime.GC()
	}
	return m.Value() != nil
}

// If the wrapper does not forward a method, plugin-go does not find it: lists
// and actions would be missing without an error.
func TestDetachedServer_forwardsAllMethods(t *testing.T) {
	t.Parallel()
	framework := reflect.TypeOf(providerserver.NewProtocol6(&fakeProvider{})())
	served := reflect.TypeOf(detachContexts(providerserver.NewProtocol6(&fakeProvider{})()))
	if served == framework {
		t.Fatal("the framework's server is not wrapped")
	}
	for method := range framework.Methods() {
		if _, ok := served.MethodByName(method.Name); !ok {
			t.Errorf("%s is not forwarded", method.Name)
		}
	}
}

func TestDetachedServer_forwardsCancellation(t *testing.T) {
	t.Parallel()
	closed := errors.New("Terraform closed the connection")
	tests := map[string]struct {
		end  func(t *testing.T, server tfprotov6.ProviderServer, cancel context.CancelCauseFunc)
		want error
	}{
		"StopProvider": {
			end: func(t *testing.T, server tfprotov6.ProviderServer, _ context.CancelCauseFunc) {
				t.Helper()
				if _, err := server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
					t.Error(err)
				}
			},
			want: context.Canceled,
		},
		"the call is cancelled": {
			end: func(_ *testing.T, _ tfprotov6.ProviderServer, cancel context.CancelCauseFunc) {
				cancel(closed)
			},
			want: closed,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := &fakeProvider{reading: make(chan struct{})}
			server := detachContexts(providerserver.NewProtocol6(provider)())
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				<-provider.reading
				tt.end(t, server, cancel)
			}()
			resp, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "fake_item", CurrentState: itemValue(t)})
			if err != nil {
				t.Fatal(err)
			}
			if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Detail != tt.want.Error() {
				t.Errorf("Read got %v, want %v", resp.Diagnostics, tt.want)
			}
		})
	}
}

func TestDetachedServer_keepsStreamContexts(t *testing.T) {
	t.Parallel()
	streams := map[string]func(context.Context, frameworkServer) error{
		"ListResource": func(ctx context.Context, server frameworkServer) error {
			stream, err := server.ListResource(ctx, &tfprotov6.ListResourceRequest{TypeName: "fake_item", Config: itemValue(t), Limit: 1})
			if err != nil {
				return err
			}
			for result := range stream.Results {
				for _, d := range result.Diagnostics {
					return errors.New(d.Detail)
				}
			}
			return nil
		},
		"InvokeAction": func(ctx context.Context, server frameworkServer) error {
			stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: "fake_action", Config: itemValue(t)})
			if err != nil {
				return err
			}
			for event := range stream.Events {
				if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
					for _, d := range completed.Diagnostics {
						return errors.New(d.Detail)
					}
				}
			}
			return nil
		},
	}
	for name, read := range streams {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := &fakeProvider{}
			server, ok := detachContexts(providerserver.NewProtocol6(provider)()).(detachedServer)
			if !ok {
				t.Fatal("the framework's server is not wrapped")
			}
			ctx, cancel := context.WithCancel(t.Context())
			if err := read(ctx, server); err != nil {
				t.Errorf("while the stream was read: %v", err)
			}
			if err := provider.streamed.Err(); err != nil {
				t.Errorf("before the end of the call: %v", err)
			}
			cancel()
			<-provider.streamed.Done()
		})
	}
}

// itemValue is the configuration and the state of every type of the fake provider.
func itemValue(t *testing.T) *tfprotov6.DynamicValue {
	t.Helper()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String}}
	value, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, map[string]tftypes.Value{
		"name": tftypes.NewValue(tftypes.String, "one"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}
