package desktop_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestDesktopPolicy_unmanagedValues(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	const on, off = `usb-enable=true`, `data-access=false usb-enable=true`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProvidersOf(t),
		CheckDestroy: resource.ComposeTestCheckFunc(
			// The destroy turns off only the values that are managed at the
			// end.
			sent(server, desktoptest.PolicyUpdate, on, off, `data-access=true`, `data-access=false`),
			policyIs(server, desktoptest.Policy{USBEnable: true}),
		),
		Steps: []resource.TestStep{{
			Config: config + policyWith(`usb_enable = true`),
			Check:  sent(server, desktoptest.PolicyUpdate, on),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(policyAddress, tfjsonpath.New("data_access"), knownvalue.Null()),
				statecheck.ExpectKnownValue(policyAddress, tfjsonpath.New("deletion_policy"), knownvalue.StringExact("reset")),
			},
		}, {
			Config: config + policyWith("usb_enable = true\n data_access = false"),
			Check:  sent(server, desktoptest.PolicyUpdate, on, off),
		}, {
			// Removing a value from the configuration sends no request.
			Config: config + policyWith(`data_access = false`),
			Check:  sent(server, desktoptest.PolicyUpdate, on, off),
		}, {
			Config: config + policyWith(`data_access = true`),
			Check:  sent(server, desktoptest.PolicyUpdate, on, off, `data-access=true`),
		}},
	})
}

func TestDesktopPolicy_terraformSettingsSendNoRequest(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProvidersOf(t),
		// With abandon, the destroy sends no request either.
		CheckDestroy: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.PolicyUpdate, `usb-enable=true`),
			policyIs(server, desktoptest.Policy{USBEnable: true}),
		),
		Steps: []resource.TestStep{{
			Config: config + policyWith(`usb_enable = true`),
		}, {
			Config: config + policyWith("usb_enable = true\n deletion_policy = \"abandon\"\n timeouts { update = \"1m\" }"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(policyAddress, plancheck.ResourceActionUpdate),
			}},
		}},
	})
}

func TestDesktopPolicy_ofADesktop(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithPolicyPerDesktop(), desktoptest.WithPolicyCallback())
	first, second := server.AddDesktop("dev_01", "win10"), server.AddDesktop("dev_02", "win10")
	config := providerFor(t, server, `policy_scope = "desktop"`, `policy_callback = true`)
	allows := func(uuid string, want desktoptest.Policy) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if d, _ := server.Desktop(uuid); d.Policy != want {
				return fmt.Errorf("the policy of %s is %+v, want %+v", uuid, d.Policy, want)
			}
			return nil
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProvidersOf(t),
		CheckDestroy:             allows(second, desktoptest.Policy{}),
		Steps: []resource.TestStep{{
			Config: config + policyWith(fmt.Sprintf("desktop_uuid = %q\n usb_enable = true", first)),
			Check:  allows(first, desktoptest.Policy{USBEnable: true}),
		}, {
			// With another desktop, the policy of the first one is reset.
			Config: config + policyWith(fmt.Sprintf("desktop_uuid = %q\n usb_enable = true", second)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(policyAddress, plancheck.ResourceActionDestroyBeforeCreate),
			}},
			Check: resource.ComposeTestCheckFunc(allows(first, desktoptest.Policy{}), allows(second, desktoptest.Policy{USBEnable: true})),
		}},
	})
}

// A replacement plans one resource twice, which must not conflict with itself.
func TestDesktopPolicy_replaced(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server) + policyWith(`usb_enable = true`)
	steps.Run(t, resource.TestStep{
		Config: config,
	}, resource.TestStep{
		Config: config,
		Taint:  []string{policyAddress},
		Check:  sent(server, desktoptest.PolicyUpdate, `usb-enable=true`, `usb-enable=false`, `usb-enable=true`),
	})
}

func TestDesktopPolicy_ofADesktopOrderedWithIt(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithPolicyPerDesktop())
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server, `policy_scope = "desktop"`) + desktopWith("") +
			policyWith("desktop_uuid = clouddesktop_desktop.test.desktop_uuid\n data_access = true"),
		Check: sent(server, desktoptest.PolicyUpdate, `data-access=true`),
	})
	// The desktop keeps running, and its policy is reset.
	if got := server.Desktops(); len(got) != 1 || got[0].Policy.DataAccess {
		t.Errorf("desktops: %+v", got)
	}
}

func TestDesktopPolicy_import(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config:             config + policyWith(`usb_enable = true`),
		ResourceName:       policyAddress,
		ImportState:        true,
		ImportStateId:      "service",
		ImportStateCheck:   importsTo(map[string]string{"deletion_policy": "reset"}),
		ImportStatePersist: true,
	}, resource.TestStep{
		// All managed values are sent, even if the service already has them.
		Config: config + policyWith(`usb_enable = false`),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(policyAddress, plancheck.ResourceActionUpdate),
		}},
		Check: sent(server, desktoptest.PolicyUpdate, `usb-enable=false`),
	})
}

func importsTo(want map[string]string) resource.ImportStateCheckFunc {
	return func(states []*terraform.InstanceState) error {
		for name, value := range want {
			if got := states[0].Attributes[name]; got != value {
				return fmt.Errorf("%s is %q, want %q", name, got, value)
			}
		}
		return nil
	}
}
