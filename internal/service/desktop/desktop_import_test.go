package desktop_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const gib = 1 << 30

// importStep imports a desktop with an import block.
func importStep(config, id string) resource.TestStep {
	return resource.TestStep{
		Config: config + "\nimport {\n to = " + address + "\n id = \"" + id + "\"\n}\n",
	}
}

func TestDesktop_importRoundTrip(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server) + desktopWith("")
	steps.Run(t, resource.TestStep{
		Config: config,
	}, resource.TestStep{
		ResourceName:    address,
		ImportState:     true,
		ImportStateKind: resource.ImportCommandWithID,
		ImportStateIdFunc: func(*terraformState) (string, error) {
			return "dev_01/" + server.Desktops()[0].UUID, nil
		},
		ImportStateVerify:                    true,
		ImportStateVerifyIdentifierAttribute: "desktop_uuid",
		// The service reports none of these.
		ImportStateVerifyIgnore: []string{"user_group", "os", "password"},
	})
}

// The configuration of an imported desktop never forces a new desktop, and only
// values that the service may not have are sent.
func TestDesktop_importThenApply(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	uuid := server.AddDesktop("dev_07", "kylin")
	server.SetVolumes(uuid, 50*gib)
	config := providerFor(t, server) + desktopWith("cpu = 4\n disk_gib = 50")
	step := importStep(config, "dev_07/"+uuid)
	step.ConfigPlanChecks = plans(plancheck.ResourceActionUpdate)
	step.Check = resource.ComposeTestCheckFunc(
		sent(server, desktoptest.Apply),
		sent(server, desktoptest.ResourceUpdate, `cpu=4`), // The disk already has its size.
		resource.TestCheckResourceAttr(address, "username", "dev_07"),
		resource.TestCheckResourceAttr(address, "user_group", "dev"),
	)
	steps.Run(t, step, resource.TestStep{
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
	}, resource.TestStep{
		// The operating system is in the state, so a change forces a new
		// desktop.
		Config:           strings.ReplaceAll(config, "win10", "macos"),
		ConfigPlanChecks: plans(plancheck.ResourceActionDestroyBeforeCreate),
	})
}

func TestDesktop_importWithoutSystem(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	uuid := server.AddDesktop("alice", "win7")
	config := providerFor(t, server) + "resource \"clouddesktop_desktop\" \"test\" {\n username = \"alice\"\n}\n"
	step := importStep(config, "alice/"+uuid)
	step.ConfigPlanChecks = plans(plancheck.ResourceActionNoop)
	steps.Run(t, step)
}

func TestDesktop_importRefused(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	uuid := server.AddDesktop("dev_07", "kylin")
	server.SetVolumes(uuid, 50*gib)
	config := providerFor(t, server)
	refused := func(attributes, id, text string) resource.TestStep {
		step := importStep(config+desktopWith(attributes), id)
		step.ExpectError = acctest.ErrorContains(text)
		return step
	}
	wrongGroup := importStep(config+strings.ReplaceAll(desktopWith(""), `"dev"`, `"de"`), "dev_07/"+uuid)
	wrongGroup.ExpectError = acctest.ErrorContains(`The desktop belongs to user "dev_07", who is not one of de_01, de_02`)
	steps.Run(t,
		refused("", "dev_07", "is written USERNAME/DESKTOP_UUID"),
		refused("", "/"+uuid, "is written USERNAME/DESKTOP_UUID"),
		refused("", "dev_07/", "is written USERNAME/DESKTOP_UUID"),
		refused("", "dev_07/9f0c6d3e", `User "dev_07" has no desktop "9f0c6d3e"`),
		refused("", "nobody/"+uuid, "Unable to Import Desktop"),
		refused("disk_gib = 40", "dev_07/"+uuid, "The disk has 50 GiB and can only grow"),
		wrongGroup,
		resource.TestStep{Config: config},
	)
}
