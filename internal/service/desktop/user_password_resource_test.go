package desktop_test

import (
	"fmt"
	"strings"
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

const passwordAddress = "clouddesktop_user_password.test"

// passwordOf returns a resource for the password of user dev_01 with more
// attributes.
func passwordOf(attributes string) string {
	return fmt.Sprintf(`
resource "clouddesktop_user_password" "test" {
  username = "dev_01"
  %s
}
`, attributes)
}

// userHas checks the password of dev_01 in the service and in the state.
func userHas(server *desktoptest.Server, password, stored string) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		if got := server.Password("dev_01"); got != password {
			return fmt.Errorf("the password is %q, want %q", got, password)
		}
		if stored == "" {
			return resource.TestCheckNoResourceAttr(passwordAddress, "password")(state)
		}
		return resource.TestCheckResourceAttr(passwordAddress, "password", stored)(state)
	}
}

func TestUserPassword_givenAndDefault(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddUser("dev_01")
	config, chosen := providerFor(t, server), server.DefaultPassword()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProvidersOf(t),
		Steps: []resource.TestStep{{
			Config: config + passwordOf("password_wo = \"one\"\n password_wo_version = 1"),
			Check:  userHas(server, "one", ""),
		}, {
			// A change of only the write-only value or a timeout changes
			// nothing.
			Config: config + passwordOf("password_wo = \"two\"\n password_wo_version = 1\n timeouts { update = \"1m\" }"),
			Check:  userHas(server, "one", ""),
		}, {
			Config: config + passwordOf("password_wo = \"two\"\n password_wo_version = 2"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(passwordAddress, plancheck.ResourceActionUpdate),
			}},
			Check: userHas(server, "two", ""),
		}, {
			Config: config + passwordOf("use_default_password = true"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectUnknownValue(passwordAddress, tfjsonpath.New("password")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectSensitiveValue(passwordAddress, tfjsonpath.New("password"))},
			Check:             userHas(server, chosen, chosen),
		}, {
			Config: config + passwordOf("use_default_password = true\n timeouts { update = \"1m\" }"),
			Check:  userHas(server, chosen, chosen),
		}, {
			Config: config + passwordOf("password_wo = \"three\"\n password_wo_version = 1"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(passwordAddress, tfjsonpath.New("password"), knownvalue.Null()),
			}},
			Check: userHas(server, "three", ""),
		}},
		// The destroy changes nothing.
		CheckDestroy: func(*terraform.State) error {
			if got, n := server.Password("dev_01"), len(server.Requests(desktoptest.PasswordReset)); got != "three" || n != 4 {
				return fmt.Errorf("the password is %q after %d resets, want three after 4", got, n)
			}
			return nil
		},
	})
}

func TestUserPassword_defaultFromTheStart(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddUser("dev_01")
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server) + passwordOf("use_default_password = true"),
		Check: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.PasswordReset, `password="" username="dev_01"`),
			userHas(server, server.DefaultPassword(), server.DefaultPassword()),
		),
	})
}

func TestUserPassword_unknownInputs(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddUser("dev_01")
	config := providerKnownLater(t, server)
	later := func(trigger int) string {
		return fmt.Sprintf("resource \"terraform_data\" \"version\" {\n input = 1\n triggers_replace = %d\n}\n", trigger) +
			passwordOf("password_wo = \"one\"\n password_wo_version = terraform_data.version.output")
	}
	steps.Run(t, resource.TestStep{
		Config: config + later(1),
		Check:  userHas(server, "one", ""),
	}, resource.TestStep{
		// The version is unknown in this plan, and unchanged in the apply.
		Config: config + later(2),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectUnknownValue(passwordAddress, tfjsonpath.New("password")),
		}},
		Check: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.PasswordReset, `password="one" username="dev_01"`),
			userHas(server, "one", ""),
		),
	})
}

func TestUserPassword_badInput(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	const secret = "none-of-your-business"
	for name, tc := range map[string]struct{ config, message string }{
		"a version of 1.5":           {passwordOf("password_wo = \"x\"\n password_wo_version = 1.5"), "password_wo_version must be a whole number"},
		"no password":                {passwordOf(""), "password_wo is missing or null. Write the password, or write use_default_password = true"},
		"a default that is false":    {passwordOf("use_default_password = false"), "password_wo is missing or null"},
		"version without password":   {passwordOf("password_wo_version = 1"), "password_wo is missing or null"},
		"version with the default":   {passwordOf("password_wo_version = 1\n use_default_password = true"), "password_wo_version belongs to password_wo"},
		"a password and the default": {passwordOf("password_wo = \"x\"\n password_wo_version = 1\n use_default_password = true"), "Both password_wo and use_default_password = true are set."},
		"version and a null password": {
			"variable \"password\" {\n default = null\n ephemeral = true\n type = string\n}\n" +
				passwordOf("password_wo = var.password\n password_wo_version = 1"),
			"password_wo is missing or null",
		},
		"password without version": {passwordOf(fmt.Sprintf("password_wo = %q", secret)), "Write password_wo_version = 1, and increment it"},
		"empty password":           {passwordOf("password_wo = \"\"\n password_wo_version = 1"), "string length must be at least 1"},
		"no user":                  {`resource "clouddesktop_user_password" "test" { use_default_password = true }`, `The argument "username" is required`},
		"empty user":               {"resource \"clouddesktop_user_password\" \"test\" {\n username = \"\"\n use_default_password = true\n}", "must be a name: not empty"},
		"spaces around a user":     {"resource \"clouddesktop_user_password\" \"test\" {\n username = \" dev_01\"\n use_default_password = true\n}", "without spaces around it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			refused(t, server, providerFor(t, server)+tc.config, tc.message)
		})
	}
}

func TestUserPassword_refusedByTheService(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	own := func(version int) string {
		return passwordOf(fmt.Sprintf("password_wo = \"own\"\n password_wo_version = %d", version))
	}
	steps.Run(t, resource.TestStep{
		Config:      config + own(1),
		ExpectError: acctest.ErrorContains(`there is no user "dev_01".`),
	}, resource.TestStep{
		PreConfig: func() { server.AddUser("dev_01") },
		Config:    config + own(1),
		Check:     userHas(server, "own", ""),
	}, resource.TestStep{
		PreConfig: func() {
			// A message of the service may contain values of the request.
			server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse(`"own" is too short`))
		},
		Config:      config + own(2),
		ExpectError: acctest.ErrorContains(`"***" is too short.`),
	}, resource.TestStep{
		// The plan still shows the failed change.
		Config: config + own(2),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(passwordAddress, plancheck.ResourceActionUpdate),
		}},
		Check: userHas(server, "own", ""),
	})
}

func TestUserPassword_import(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	steps.Run(t, resource.TestStep{
		Config:        providerFor(t, server) + passwordOf("use_default_password = true"),
		ResourceName:  passwordAddress,
		ImportState:   true,
		ImportStateId: "dev_01",
		ExpectError:   acctest.ErrorContains("The service does not report passwords, so there is nothing to import."),
	})
}

// User names may contain any characters.
func TestUserPassword_namesWithSpecialCharacters(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	for _, name := range []string{"研发组_01", "a b", "50%%/x?y#z", "o'brien"} {
		server.AddUser(name)
		steps.Run(t, resource.TestStep{
			Config: providerFor(t, server) + fmt.Sprintf("resource \"clouddesktop_user_password\" \"test\" {\n username = %q\n use_default_password = true\n}", name),
			Check: func(*terraform.State) error {
				if got := server.Password(name); got != server.DefaultPassword() {
					return fmt.Errorf("the password of %s is %q", name, got)
				}
				return nil
			},
		})
	}
}

// A password that is unknown in the plan and null in the apply must not set the
// default.
func TestUserPassword_defaultUnknownInThePlan(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddUser("dev_01")
	config := func(useDefault string) string {
		return providerFor(t, server) + "resource \"terraform_data\" \"later\" {\n input = " + useDefault + "\n}\n" +
			passwordOf("use_default_password = terraform_data.later.output")
	}
	steps.Run(t, resource.TestStep{
		Config:      config("false"),
		ExpectError: acctest.ErrorContains("password_wo is missing or null"),
	}, resource.TestStep{
		Config: providerFor(t, server),
		Check:  sent(server, desktoptest.PasswordReset),
	}, resource.TestStep{
		Config: config("true"),
		Check:  userHas(server, server.DefaultPassword(), server.DefaultPassword()),
	})
}

func TestUserPassword_twoForOneUser(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddUser("dev_01")
	config := providerFor(t, server)
	const attributes = "use_default_password = true"
	other := strings.Replace(passwordOf(attributes), `"test"`, `"other"`, 1)
	const message = `Another clouddesktop_user_password sets the password of user "dev_01".`
	refused(t, server, config+passwordOf(attributes)+other, message)
	steps.Run(t, resource.TestStep{
		Config: config + passwordOf(attributes),
	}, resource.TestStep{
		// A replaced resource is planned twice, but is one resource.
		Config: config + passwordOf(attributes),
		Taint:  []string{passwordAddress},
	}, resource.TestStep{
		Config:      config + passwordOf(attributes) + other,
		ExpectError: acctest.ErrorContains(message),
	}, resource.TestStep{
		// Another resource replaces it.
		Config: config + other,
		Check:  sent(server, desktoptest.PasswordReset, `password="" username="dev_01"`, `password="" username="dev_01"`, `password="" username="dev_01"`),
	})
}
