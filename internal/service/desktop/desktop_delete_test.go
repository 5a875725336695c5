package desktop_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestDesktop_abandon(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{Config: config + desktopWith("")}, resource.TestStep{Config: config})
	if len(server.Desktops()) != 1 || len(server.Requests(desktoptest.PasswordReset)) != 0 {
		t.Error("giving a desktop up changed something at the service")
	}
}

func TestDesktop_revoke(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	var before string
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith(`deletion_policy = "revoke"`),
	}, resource.TestStep{
		PreConfig:   func() { server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("the directory is down")) },
		Config:      config,
		ExpectError: acctest.ErrorContains("the directory is down"),
	}, resource.TestStep{
		PreConfig: func() { before = server.Password("dev_01") },
		Config:    config,
	})
	if after := server.Password("dev_01"); after == before || len(after) < 20 {
		t.Error("the password was not reset to a strong one")
	}
}

func TestDesktop_prevent(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith(`deletion_policy = "prevent"`),
	}, resource.TestStep{
		Config:      config,
		ExpectError: acctest.ErrorContains(`has deletion_policy = "prevent"`),
	}, resource.TestStep{
		Config: config + desktopWith(`deletion_policy = "abandon"`),
	})
}
