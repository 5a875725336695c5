// Package steps runs steps of the real CLI against the provider in the test
// process. It is not part of acctest, which programs use too: the test framework
// adds flags to every program that imports it.
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

// RunIn is Run with environment variables.
func RunIn(t *testing.T, environment map[string]string, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.ProvidersOf(t, seeing(environment)), Steps: steps})
}

// RunEcho is RunIn with the provider echo, which shows what an ephemeral resource
// returns. A CLI without ephemeral resources skips it.
func RunEcho(t *testing.T, environment map[string]string, steps ...resource.TestStep) {
	t.Helper()
	factories := acctest.ProvidersOf(t, seeing(environment))
	factories["echo"] = echoprovider.NewProviderServer()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		// The first with ephemeral resources.
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		Steps:                  steps,
	})
}

func seeing(environment map[string]string) func(*clients.Env) {
	return func(env *clients.Env) {
		env.Getenv = func(name string) string { return environment[name] }
	}
}
