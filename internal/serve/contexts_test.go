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

// once are the calls that come once for a process.
var once = []string{
	"GetMetadata", "GetProviderSchema", "GetResourceIdentitySchemas", "GetFunctions",
	"ValidateProviderConfig", "ConfigureProvider", "StopProvider",
	"ValidateStateStoreConfig", "ConfigureStateStore", "GetStates", "DeleteState", "LockState", "UnlockState", "ReadStateBytes", "WriteStateBytes",
}

func TestNoCallLeavesItsContextBehind(t *testing.T) {
	t.Parallel()
	framework := providerserver.NewProtocol6(&tiny{})()
	served := forget(framework)
	for method := range reflect.TypeOf(served).Methods() {
		name := method.Name
		if slices.Contains(once, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if kept(callEmpty(t, served, name)) {
				t.Error("the context of the call is still there")
			}
			if !kept(callEmpty(t, framework, name)) {
				t.Error("the framework no longer keeps contexts, this package need not forget them")
			}
			runtime.KeepAlive(framework)
		})
	}
}

type markerKey struct{}

type marker struct{ _ [64]byte }

// callEmpty makes a call with an empty request as gRPC does, and returns a
// pointer into its context.
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

// kept reports whether m is still there after the collector has run.
func kept(m weak.Pointer[marker]) bool {
	for range 3 {
		runtime.GC()
	}
	return m.Value() != nil
}

// What the wrapper does not forward, plugin-go cannot find: lists and actions
// would be gone without an error.
func TestEverythingTheFrameworkServesIsForwarded(t *testing.T) {
	t.Parallel()
	framework := reflect.TypeOf(providerserver.NewProtocol6(&tiny{})())
	served := reflect.TypeOf(forget(providerserver.NewProtocol6(&tiny{})()))
	if served == framework {
		t.Fatal("the framework's server is not wrapped")
	}
	for method := range framework.Methods() {
		if _, ok := served.MethodByName(method.Name); !ok {
			t.Errorf("%s is not forwarded", method.Name)
		}
	}
}

func TestTheEndOfACallReachesTheProvider(t *testing.T) {
	t.Parallel()
	gone := errors.New("Terraform is gone")
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
				cancel(gone)
			},
			want: gone,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := &tiny{reading: make(chan struct{})}
			server := forget(providerserver.NewProtocol6(provider)())
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				<-provider.reading
				tt.end(t, server, cancel)
			}()
			resp, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "tiny_thing", CurrentState: thing(t)})
			if err != nil {
				t.Fatal(err)
			}
			if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Detail != tt.want.Error() {
				t.Errorf("Read was told %v, want %v", resp.Diagnostics, tt.want)
			}
		})
	}
}

func TestAStreamKeepsItsContextWhileItIsRead(t *testing.T) {
	t.Parallel()
	streams := map[string]func(context.Context, frameworkServer) error{
		"ListResource": func(ctx context.Context, server frameworkServer) error {
			stream, err := server.ListResource(ctx, &tfprotov6.ListResourceRequest{TypeName: "tiny_thing", Config: thing(t), Limit: 1})
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
			stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: "tiny_action", Config: thing(t)})
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
			provider := &tiny{}
			server, ok := forget(providerserver.NewProtocol6(provider)()).(forgetful)
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

// thing is the configuration and the state of everything tiny.
func thing(t *testing.T) *tfprotov6.DynamicValue {
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
