// Package steps runs test steps with the CLI and the provider in the test
// process. It is separate from acctest, which programs use too, because the
// test framework adds flags to every program that imports it.
package steps

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/clients"
)

// Run runs steps. The provider sees no environment variables.
func Run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	RunIn(t, nil, steps...)
}

// RunIn is like Run, with environment variables.
func RunIn(t *testing.T, environment map[string]string, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.ProvidersOf(t, seeing(environment)), Steps: steps})
}

// RunEcho is like RunIn, with the provider echo, which stores the values of an
// ephemeral resource. The test is skipped if the CLI has no ephemeral
// resources.
func RunEcho(t *testing.T, environment map[string]string, steps ...resource.TestStep) {
	t.Helper()
	factories := acctest.ProvidersOf(t, seeing(environment))
	factories["echo"] = echoprovider.NewProviderServer()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		// The first version with ephemeral resources.
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		Steps:                  steps,
	})
}

func seeing(environment map[string]string) func(*clients.Env) {
	return func(env *clients.Env) {
		env.Getenv = func(name string) string { return environment[name] }
	}
}
