// Package provider contains the provider block and the list of its types.
package provider

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/logging"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/service/cvm"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/service/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/service/hpc"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/service/nova"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/service/workspace"
)

type clouddesktopProvider struct {
	version string
	env     clients.Env

	mu         sync.Mutex
	configured []*clients.Set
}

var (
	_ provider.ProviderWithEphemeralResources = (*clouddesktopProvider)(nil)
	_ provider.ProviderWithListResources      = (*clouddesktopProvider)(nil)
	_ provider.ProviderWithActions            = (*clouddesktopProvider)(nil)
	_ io.Closer                               = (*clouddesktopProvider)(nil)
)

// New returns the constructor of the provider. version is sent to Terraform
// and, in the User-Agent, to the services.
func New(version string, options ...func(*clients.Env)) func() provider.Provider {
	env := clients.Env{
		Getenv:    os.Getenv,
		UserAgent: "terraform-provider-clouddesktop/" + version,
	}
	for _, option := range options {
		option(&env)
	}
	return func() provider.Provider { return &clouddesktopProvider{version: version, env: env} }
}

func (p *clouddesktopProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "clouddesktop"
	resp.Version = p.version
}

func (p *clouddesktopProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages cloud desktops, and reads VNC sessions, login records and consoles of servers. " +
			"Every service is optional: configure the services that you use.",
		Blocks: clients.Blocks(),
	}
}

func (p *clouddesktopProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model clients.Model
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	env := p.env
	env.Logger = slog.New(logging.NewHandler(ctx))
	set := clients.New(ctx, env, model, &resp.Diagnostics)
	p.mu.Lock()
	p.configured = append(p.configured, set)
	p.mu.Unlock()
	resp.ResourceData = set
	resp.DataSourceData = set
	resp.EphemeralResourceData = set
	resp.ListResourceData = set
	resp.ActionData = set
}

// PlanUnchanged plans an object whose prior and proposed state are equal, and
// changes its private state, as the ModifyPlan of its type would. It returns
// false if it cannot do all that ModifyPlan does.
func (p *clouddesktopProvider) PlanUnchanged(typeName string, config, state map[string]any, private map[string][]byte) bool {
	p.mu.Lock()
	var set *clients.Set
	if n := len(p.configured); n > 0 {
		set = p.configured[n-1]
	}
	p.mu.Unlock()
	return set != nil && typeName == "clouddesktop_desktop" && desktop.PlanUnchanged(set, config, state, private)
}

// Close stops receiving callbacks. The process calls it before it ends.
func (p *clouddesktopProvider) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return closeAll(p.configured)
}

// Orphaned is called if Terraform has ended without stopping this process. It
// releases the open orders, so that the next apply resumes them, and returns
// when the process may end.
func (p *clouddesktopProvider) Orphaned(ctx context.Context) error {
	p.mu.Lock()
	configured := slices.Clone(p.configured)
	p.mu.Unlock()
	failures := make([]error, len(configured))
	var group sync.WaitGroup
	for i, set := range configured {
		group.Go(func() { failures[i] = set.Orphaned(ctx) })
	}
	group.Wait()
	return errors.Join(failures...)
}

// closeAll closes all closers concurrently, because each Close may wait for
// callbacks that are arriving.
func closeAll[C io.Closer](closers []C) error {
	failures := make([]error, len(closers))
	var group sync.WaitGroup
	for i, c := range closers {
		group.Go(func() { failures[i] = c.Close() })
	}
	group.Wait()
	return errors.Join(failures...)
}

func (p *clouddesktopProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		desktop.NewDesktopResource,
		desktop.NewDesktopPolicyResource,
		desktop.NewUserPasswordResource,
	}
}

func (p *clouddesktopProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		desktop.NewUserDesktopsDataSource,
		desktop.NewDesktopVolumesDataSource,
		cvm.NewCVMConsoleURLDataSource,
		hpc.NewVNCSessionsDataSource,
		workspace.NewLoginRecordsDataSource,
		nova.NewServerConsoleURLDataSource,
	}
}

func (p *clouddesktopProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		cvm.NewCVMConsoleURLEphemeral,
		nova.NewServerConsoleURLEphemeral,
	}
}

func (p *clouddesktopProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{desktop.NewDesktopList}
}

func (p *clouddesktopProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{desktop.NewResetPasswordAction}
}
