package desktop_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestDesktopPolicy_badInput(t *testing.T) {
	t.Parallel()
	const uuid = `desktop_uuid = "9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f"`
	for name, tc := range map[string]struct{ provider, config, message string }{
		"nothing managed": {"", policyWith(``), "At least one of these attributes must be configured: [usb_enable,data_access]"},
		"only nulls":      {"", policyWith("usb_enable = null\n data_access = null"), "At least one of these attributes must be configured"},
		"a desktop in the scope of the service": {
			"", policyWith("usb_enable = true\n" + uuid),
			`so there is one policy for the whole service, and no desktop can be named. Remove desktop_uuid`,
		},
		"a new desktop in the scope of the service": {
			"", desktopWith("") + policyWith("usb_enable = true\n desktop_uuid = clouddesktop_desktop.test.desktop_uuid"),
			`no desktop can be named`,
		},
		"no desktop in the scope of desktops": {
			`policy_scope = "desktop"`, policyWith("usb_enable = true"),
			`so each policy belongs to a desktop, and this one names none. Write desktop_uuid`,
		},
		"a uuid with a slash": {
			`policy_scope = "desktop"`, policyWith("usb_enable = true\n desktop_uuid = \"a/b\""),
			"must be the uuid of a desktop: not empty, without spaces, slashes and percent signs",
		},
		"a uuid with a percent sign": {
			`policy_scope = "desktop"`, policyWith("usb_enable = true\n desktop_uuid = \"a%2Fb\""), "without spaces, slashes and percent signs",
		},
		"an unknown deletion policy": {"", policyWith("usb_enable = true\n deletion_policy = \"revoke\""), `value must be one of: ["reset" "abandon"]`},
		"two policies": {
			"", policyWith("usb_enable = true") + policyNamed("other", "usb_enable = false\n data_access = true"),
			"Another clouddesktop_desktop_policy manages usb_enable of the same policy (service)",
		},
		"two policies of one desktop": {
			`policy_scope = "desktop"`, policyWith("data_access = true\n"+uuid) + policyNamed("other", "data_access = true\n"+uuid),
			"manages data_access of the same policy (9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			refused(t, server, providerFor(t, server, tc.provider)+tc.config, tc.message)
		})
	}
}

func TestDesktopPolicy_callbackOnLoopback(t *testing.T) {
	t.Parallel()
	config := func(policyCallback bool) string {
		return fmt.Sprintf("provider \"clouddesktop\" {\n desktop {\n  endpoint = \"https://desktop.invalid\"\n  policy_callback = %t\n}\n}\n", policyCallback) +
			policyWith("usb_enable = true")
	}
	steps.Run(t, resource.TestStep{
		Config:      config(true),
		ExpectError: acctest.ErrorContains("the callback URL would be 127.0.0.1"),
	}, resource.TestStep{
		Config:             config(false),
		PlanOnly:           true,
		ExpectNonEmptyPlan: true,
	})
}

func TestDesktopPolicy_twoWithDifferentValues(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server) + policyWith("usb_enable = true") + policyNamed("other", "data_access = true"),
		Check:  policyIs(server, desktoptest.Policy{USBEnable: true, DataAccess: true}),
	})
}

// A resource that is renamed without a moved block is destroyed and created, in
// any order. The value is on at the end.
func TestDesktopPolicy_renamed(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	const moved = `
moved {
  from = clouddesktop_desktop_policy.other
  to   = clouddesktop_desktop_policy.test
}
`
	steps.Run(t, resource.TestStep{
		Config: config + policyWith("usb_enable = true"),
	}, resource.TestStep{
		Config: config + policyNamed("other", "usb_enable = true"),
		Check:  policyIs(server, desktoptest.Policy{USBEnable: true}),
	}, resource.TestStep{
		PreConfig: server.ResetRequests,
		Config:    config + policyWith("usb_enable = true") + moved,
		Check:     sent(server, desktoptest.PolicyUpdate),
	})
}

// The uuids become known only during the apply.
func TestDesktopPolicy_twoOfOneNewDesktop(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithPolicyPerDesktop())
	config := providerFor(t, server, `policy_scope = "desktop"`) + desktopWith("")
	const attributes = "desktop_uuid = clouddesktop_desktop.test.desktop_uuid\n usb_enable = true"
	steps.Run(t, resource.TestStep{
		Config:      config + policyWith(attributes) + policyNamed("other", attributes),
		ExpectError: acctest.ErrorContains("Two Policies Manage One Value"),
	}, resource.TestStep{
		Config: config,
		Check:  sent(server, desktoptest.PolicyUpdate, `usb-enable=true`, `usb-enable=false`),
	})
}

func TestDesktopPolicy_unknownProviderValues(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	steps.Run(t, resource.TestStep{
		Config: providerKnownLater(t, server) + policyWith("usb_enable = true"),
		Check:  policyIs(server, desktoptest.Policy{USBEnable: true}),
	})
}

func TestDesktopPolicy_refusedByTheService(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithPolicyCallback())
	config := providerFor(t, server, `policy_callback = true`)
	server.Callback(desktoptest.PolicyUpdate, 1, desktoptest.Failure("the policy engine is on fire"))
	steps.Run(t, resource.TestStep{
		Config:      config + policyWith("usb_enable = true"),
		ExpectError: acctest.ErrorContains("the policy engine is on fire."),
	}, resource.TestStep{
		Config: config + policyWith("usb_enable = true"),
	}, resource.TestStep{
		PreConfig: func() {
			server.Fail(desktoptest.PolicyUpdate, 1, desktoptest.Answer(http.StatusUnauthorized, "text/plain", "who are you?"))
		},
		Config:      config + policyWith("usb_enable = false"),
		ExpectError: acctest.ErrorContains("Unable to Set Policy of Service"),
	}, resource.TestStep{
		// The plan still shows the failed change.
		Config: config + policyWith("usb_enable = false"),
		Check:  policyIs(server, desktoptest.Policy{}),
	}, resource.TestStep{
		PreConfig: func() {
			server.Callback(desktoptest.PolicyUpdate, 1, desktoptest.Failure("not now"))
		},
		Config:      config,
		ExpectError: acctest.ErrorContains(`To leave the policy as it is, apply with deletion_policy = "abandon" first`),
	}, resource.TestStep{
		Config: config + policyWith("usb_enable = false"),
	})
}

func TestDesktopPolicy_noCallback(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t, desktoptest.WithPolicyCallback())
	config := providerFor(t, server, `policy_callback = true`)
	server.Callback(desktoptest.PolicyUpdate, 1, desktoptest.NoCallback())
	steps.Run(t, resource.TestStep{
		Config:      config + policyWith("usb_enable = true\n timeouts { create = \"1s\" }"),
		ExpectError: acctest.ErrorContains("Timed out after 1s. Use the timeouts block to set a longer timeout."),
	}, resource.TestStep{
		Config: config + policyWith("usb_enable = true"),
		Check:  sent(server, desktoptest.PolicyUpdate, `usb-enable=true`, `usb-enable=true`),
	})
}

// A reset with another scope would change another policy.
func TestDesktopPolicy_scopeChanged(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	service := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config: service + policyWith("usb_enable = true"),
	}, resource.TestStep{
		Config:      providerFor(t, server, `policy_scope = "desktop"`),
		ExpectError: acctest.ErrorContains("It was set under the other policy scope. Destroy it under that one"),
	}, resource.TestStep{
		Config: service,
		Check:  policyIs(server, desktoptest.Policy{}),
	})
}

func TestDesktopPolicy_importFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ provider, id, message string }{
		"no id of a policy":    {"", "a/b", "The ID of a policy is the word service, or, where each desktop has its own policy, the uuid of the desktop."},
		"a desktop's":          {"", "9f0c6d3e", "so there is one policy for the whole service"},
		"the service's":        {`policy_scope = "desktop"`, "service", "so each policy belongs to a desktop"},
		"of a missing desktop": {`policy_scope = "desktop"`, "9f0c6d3e", `there is no desktop "9f0c6d3e".`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			attributes := "usb_enable = true"
			if tc.provider != "" {
				attributes += "\n desktop_uuid = \"9f0c6d3e\""
			}
			steps.Run(t, resource.TestStep{
				Config:        providerFor(t, server, tc.provider) + policyWith(attributes),
				ResourceName:  policyAddress,
				ImportState:   true,
				ImportStateId: tc.id,
				ExpectError:   acctest.ErrorContains(tc.message),
			})
		})
	}
}
