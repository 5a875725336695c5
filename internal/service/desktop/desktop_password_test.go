package desktop_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

type terraformState = terraform.State

func TestDesktop_givenPassword(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	is := func(password string) resource.TestCheckFunc {
		return func(*terraformState) error {
			if got := server.Password("dev_01"); got != password {
				return fmt.Errorf("the password is %q, want %q", got, password)
			}
			return nil
		}
	}
	nothingStored := []statecheck.StateCheck{
		hasValue("password", knownvalue.Null()),
		hasValue("password_wo", knownvalue.Null()),
		hasValue("encrypted_password", knownvalue.Null()),
	}
	steps.Run(t, resource.TestStep{
		Config:            config + desktopWith("password_wo = \"One-of-dev1\"\n password_wo_version = 1"),
		ConfigStateChecks: nothingStored,
		Check:             is("One-of-dev1"),
	}, resource.TestStep{
		// The version decides, not the password, which is not stored.
		Config:           config + desktopWith("password_wo = \"Two-of-dev1\"\n password_wo_version = 1"),
		ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
		Check:            is("One-of-dev1"),
	}, resource.TestStep{
		Config:            config + desktopWith("password_wo = \"Two-of-dev1\"\n password_wo_version = 2"),
		ConfigPlanChecks:  plans(plancheck.ResourceActionUpdate),
		ConfigStateChecks: nothingStored,
		Check:             is("Two-of-dev1"),
	})
}

func TestDesktop_givenPasswordLater(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config:            config + desktopWith(""),
		ConfigStateChecks: []statecheck.StateCheck{hasValue("password", knownvalue.NotNull())},
	}, resource.TestStep{
		// The initial password is not valid after this step.
		Config:            config + desktopWith("password_wo = \"One-of-dev1\"\n password_wo_version = 1"),
		ConfigStateChecks: []statecheck.StateCheck{hasValue("password", knownvalue.Null())},
	})
}

func TestDesktop_passwordRecipient(t *testing.T) {
	t.Parallel()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipient := fmt.Sprintf("password_recipient = %q", identity.Recipient())
	sealed := []statecheck.StateCheck{hasValue("password", knownvalue.Null())}
	for name, before := range map[string][]string{"from the first": {}, "later": {""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			config := providerFor(t, server)
			opens := func(state *terraformState) error {
				text := state.RootModule().Resources[address].Primary.Attributes["encrypted_password"]
				plain, err := age.Decrypt(armor.NewReader(strings.NewReader(text)), identity)
				if err != nil {
					return err
				}
				got, err := io.ReadAll(plain)
				if err != nil {
					return err
				}
				if string(got) != server.Password("dev_01") {
					return fmt.Errorf("what was encrypted is not the password")
				}
				return nil
			}
			var all []resource.TestStep
			for _, attributes := range before {
				all = append(all, resource.TestStep{Config: config + desktopWith(attributes)})
			}
			steps.Run(t, append(all, resource.TestStep{
				Config: config + desktopWith(recipient), ConfigStateChecks: sealed, Check: opens,
			}, resource.TestStep{
				// Without the key the password stays encrypted.
				Config: config + desktopWith(""), ConfigStateChecks: sealed, Check: opens,
			})...)
		})
	}
}
