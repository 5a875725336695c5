package provider_test

import (
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
)

// The file and the constructor of a type have its name:
// clouddesktop_desktop_policy is NewDesktopPolicyResource in
// desktop_policy_resource.go.
func TestTypes_naming(t *testing.T) {
	t.Parallel()
	p := provider.New("test")()
	n := 0
	check := func(constructor any, typeName, kind string) {
		n++
		f := runtime.FuncForPC(reflect.ValueOf(constructor).Pointer())
		file, _ := f.FileLine(f.Entry())
		noun := strings.TrimPrefix(typeName, "clouddesktop_")
		if got, want := filepath.Base(file), noun+"_"+kind+".go"; got != want {
			t.Errorf("%s %s is in %s, want %s", kind, typeName, got, want)
		}
		name := f.Name()[strings.LastIndex(f.Name(), ".")+1:]
		if want := "New" + strings.ReplaceAll(noun+kind, "_", ""); !strings.EqualFold(name, want) {
			t.Errorf("%s %s is made by %s, want %s", kind, typeName, name, want)
		}
	}
	ctx := t.Context()
	for _, constructor := range p.Resources(ctx) {
		var resp resource.MetadataResponse
		constructor().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "clouddesktop"}, &resp)
		check(constructor, resp.TypeName, "resource")
	}
	for _, constructor := range p.DataSources(ctx) {
		var resp datasource.MetadataResponse
		constructor().Metadata(ctx, datasource.MetadataRequest{ProviderTypeName: "clouddesktop"}, &resp)
		check(constructor, resp.TypeName, "data_source")
	}
	for _, constructor := range p.(frameworkprovider.ProviderWithEphemeralResources).EphemeralResources(ctx) {
		var resp ephemeral.MetadataResponse
		constructor().Metadata(ctx, ephemeral.MetadataRequest{ProviderTypeName: "clouddesktop"}, &resp)
		check(constructor, resp.TypeName, "ephemeral")
	}
	for _, constructor := range p.(frameworkprovider.ProviderWithListResources).ListResources(ctx) {
		var resp resource.MetadataResponse
		constructor().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "clouddesktop"}, &resp)
		check(constructor, resp.TypeName, "list")
	}
	for _, constructor := range p.(frameworkprovider.ProviderWithActions).Actions(ctx) {
		var resp action.MetadataResponse
		constructor().Metadata(ctx, action.MetadataRequest{ProviderTypeName: "clouddesktop"}, &resp)
		check(constructor, resp.TypeName, "action")
	}
	if n < 12 {
		t.Errorf("%d types were checked", n)
	}
}
