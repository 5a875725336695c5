package desktop_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func desktopsOf(username string) string {
	return fmt.Sprintf("data \"clouddesktop_user_desktops\" \"test\" {\n  username = %q\n}\n", username)
}

func volumesOf(uuid string) string {
	return fmt.Sprintf("data \"clouddesktop_desktop_volumes\" \"test\" {\n  desktop_uuid = %q\n}\n", uuid)
}

// findsDesktops checks the list of a user's desktops.
func findsDesktops(want ...knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue(
		"data.clouddesktop_user_desktops.test", tfjsonpath.New("desktops"), knownvalue.ListExact(want))}
}

func findsVolumes(want ...knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue(
		"data.clouddesktop_desktop_volumes.test", tfjsonpath.New("volumes"), knownvalue.ListExact(want))}
}

func isDesktop(d desktoptest.Desktop) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"username":     knownvalue.StringExact(d.User),
		"desktop_uuid": knownvalue.StringExact(d.UUID),
		"desktop_name": knownvalue.StringExact(d.Name),
	})
}

func TestUserDesktops(t *testing.T) {
	t.Parallel()
	// A name stays one segment of the path, whatever characters it contains.
	const odd = "研发组 50%/x?y#z..;o'brien_01"
	server := desktoptest.Start(t)
	for _, user := range []string{odd, "dev_01", odd} {
		server.AddDesktop(user, "win10")
	}
	server.AddUser("dev_02")
	all := server.Desktops()
	config := providerFor(t, server)
	steps.Run(t, resource.TestStep{
		Config:            config + desktopsOf(odd),
		ConfigStateChecks: findsDesktops(isDesktop(all[0]), isDesktop(all[2])),
	}, resource.TestStep{
		// A list without elements is not null.
		Config:            config + desktopsOf("dev_02"),
		ConfigStateChecks: findsDesktops(),
	})
}

func TestUserDesktops_unknownUser(t *testing.T) {
	t.Parallel()
	t.Run("is an error", func(t *testing.T) {
		t.Parallel()
		steps.Run(t, resource.TestStep{
			Config:      providerFor(t, desktoptest.Start(t)) + desktopsOf("ghost"),
			ExpectError: acctest.ErrorContains(`there is no user "ghost".`),
		})
	})
	t.Run("is an empty list", func(t *testing.T) {
		t.Parallel()
		steps.Run(t, resource.TestStep{
			Config:            providerFor(t, desktoptest.Start(t, desktoptest.WithEmptyListForUnknownUser())) + desktopsOf("ghost"),
			ConfigStateChecks: findsDesktops(),
		})
	})
}

func TestUserDesktops_fiveThousand(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	for range 5000 {
		server.AddDesktop("dev_01", "win10")
	}
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server) + desktopsOf("dev_01") +
			"output \"count\" {\n  value = length(toset(data.clouddesktop_user_desktops.test.desktops[*].desktop_uuid))\n}\n",
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("count", knownvalue.Int64Exact(5000))},
	})
}

func TestDesktopVolumes(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]desktoptest.Option{
		"sizes as numbers": nil,
		"sizes as text":    {desktoptest.WithSizesAsText()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t, options...)
			uuid := server.AddDesktop("dev_01", "win10")
			config := providerFor(t, server) + volumesOf(uuid)
			// Above 2^53, converting a number to a float would change it.
			sizes := []int64{50 * gib, 1<<53 + 1}
			steps.Run(t, resource.TestStep{
				Config:            config,
				ConfigStateChecks: findsVolumes(),
			}, resource.TestStep{
				PreConfig: func() { server.SetVolumes(uuid, sizes...) },
				Config:    config,
				ConfigStateChecks: findsVolumes(
					knownvalue.ObjectPartial(map[string]knownvalue.Check{"size_bytes": knownvalue.Int64Exact(sizes[0])}),
					knownvalue.ObjectPartial(map[string]knownvalue.Check{"size_bytes": knownvalue.Int64Exact(sizes[1])}),
				),
			}, resource.TestStep{
				PreConfig: func() {
					server.Change(uuid, func(d *desktoptest.Desktop) {
						d.Volumes = []desktoptest.Volume{{UUID: "v-1", Name: "数据盘", Status: "扩容中", Size: 0}}
					})
				},
				Config: config,
				ConfigStateChecks: findsVolumes(knownvalue.ObjectExact(map[string]knownvalue.Check{
					"volume_uuid": knownvalue.StringExact("v-1"),
					"volume_name": knownvalue.StringExact("数据盘"),
					"status":      knownvalue.StringExact("扩容中"),
					"size_bytes":  knownvalue.Int64Exact(0),
				})),
			})
		})
	}
}

func TestDataSources_faults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		config, message string
		fault           desktoptest.Fault
	}{
		"unknown uuid":           {volumesOf("9f0c6d3e"), `there is no desktop "9f0c6d3e".`, nil},
		"uuid with a slash":      {volumesOf("a/b"), "without spaces, slashes and percent signs", nil},
		"uuid with a space":      {volumesOf("a b"), "without spaces, slashes and percent signs", nil},
		"uuid with a percent":    {volumesOf("a%b"), "without spaces, slashes and percent signs", nil},
		"uuid of dots":           {volumesOf(".."), `".." cannot be a uuid.`, nil},
		"empty uuid":             {volumesOf(""), "must be the uuid of a desktop: not empty", nil},
		"empty user":             {desktopsOf(""), "must be a name: not empty", nil},
		"user of dots":           {desktopsOf("."), `"." cannot be a username.`, nil},
		"user with a line break": {desktopsOf("a\nb"), "without control characters", nil},
		"group refused":          {desktopsOfGroup("dev"), "The desktops of group dev, user dev_01, cannot be listed.", desktoptest.Unavailable()},
		"user and group":         {strings.Replace(desktopsOf("dev_01"), "{", "{\n user_group = \"dev\"", 1), "Exactly one of these attributes must be configured: [username,user_group]", nil},
		"list refused":           {desktopsOf("dev_01"), "the database is down.", desktoptest.Refuse("the database is down")},
		"list down":              {desktopsOf("dev_01"), "The service, or a proxy in front of it, is not available.", desktoptest.Unavailable()},
		"volumes half":           {volumesOf("9f0c6d3e"), "is not a JSON document", desktoptest.Truncated()},
		"volume of no size": {
			volumesOf("9f0c6d3e"), "a size is \"big\"",
			desktoptest.Answer(200, "application/json", `{"data":[{"volume_uuid":"v","volume_name":"n","volume_size":"big","volume_status":"s"}],"message":"","status":0}`),
		},
		"stalled": {
			"data \"clouddesktop_user_desktops\" \"test\" {\n  username = \"dev_01\"\n  timeouts { read = \"100ms\" }\n}\n",
			"Timed out after 100ms.", desktoptest.Stall(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			if tc.fault != nil {
				server.Fail(desktoptest.AnyCall, -1, tc.fault)
			}
			steps.Run(t, resource.TestStep{Config: providerFor(t, server) + tc.config, ExpectError: acctest.ErrorContains(tc.message)})
		})
	}
}

// Reading a data source cannot be delayed, because other resources may need its
// values.
func TestDataSources_unknownProviderValues(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	steps.Run(t, resource.TestStep{
		Config:      providerKnownLater(t, server) + desktopsOf("dev_01"),
		ExpectError: acctest.ErrorContains("the configuration of the provider depends on values that are known only after apply"),
	})
}

// If a user or a desktop is known only after apply, it is read then.
func TestDataSources_unknownInputs(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	steps.Run(t, resource.TestStep{
		Config: providerFor(t, server) + desktopWith("disk_gib = 20") + `
data "clouddesktop_user_desktops" "test" {
  username = clouddesktop_desktop.test.username
}
data "clouddesktop_desktop_volumes" "test" {
  desktop_uuid = clouddesktop_desktop.test.desktop_uuid
}
output "found" {
  value = [
    data.clouddesktop_user_desktops.test.desktops[0].desktop_uuid == clouddesktop_desktop.test.desktop_uuid,
    data.clouddesktop_desktop_volumes.test.volumes[0].size_bytes,
  ]
}`,
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("found", knownvalue.TupleExact([]knownvalue.Check{
			knownvalue.Bool(true), knownvalue.Int64Exact(20 * gib),
		}))},
	})
}

func desktopsOfGroup(group string) string {
	return fmt.Sprintf("data \"clouddesktop_user_desktops\" \"test\" {\n  user_group = %q\n}\n", group)
}

func TestUserDesktops_ofAGroup(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]desktoptest.Option{
		"errors for unknown users":      nil,
		"empty lists for unknown users": {desktoptest.WithEmptyListForUnknownUser()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t, options...)
			for _, user := range []string{"dev_01", "dev_03", "dev_03", "ops_01"} {
				server.AddDesktop(user, "win10")
			}
			all := server.Desktops()
			config := providerFor(t, server)
			steps.Run(t, resource.TestStep{
				Config:            config + desktopsOfGroup("dev"),
				ConfigStateChecks: findsDesktops(isDesktop(all[0]), isDesktop(all[1]), isDesktop(all[2])),
			}, resource.TestStep{
				Config:            config + desktopsOfGroup("nosuch"),
				ConfigStateChecks: findsDesktops(),
			})
		})
	}
}

func TestUserDesktopsCLI_unknownGroupWarns(t *testing.T) {
	t.Parallel()
	server := startWithToken(t)
	server.AddUser("nosuch_02") // A user without a desktop counts as missing.
	if r := cli(t, server, desktopsOfGroup("nosuch")).MustRun("plan"); !r.Printed(`The service knows no user of group "nosuch" with a desktop: it was asked for nosuch_01 to nosuch_05.`) {
		t.Errorf("the plan does not warn:\n%s", r.Stdout)
	}
}

// A service that fails in the middle of a group must not look like its end.
func TestUserDesktops_failureWithinAGroup(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	for _, user := range []string{"dev_01", "dev_02", "dev_03"} {
		server.AddDesktop(user, "win10")
	}
	config := providerFor(t, server) + desktopsOfGroup("dev")
	steps.Run(t, resource.TestStep{
		Config:            config,
		ConfigStateChecks: findsDesktops(isDesktop(server.Desktops()[0]), isDesktop(server.Desktops()[1]), isDesktop(server.Desktops()[2])),
	}, resource.TestStep{
		PreConfig: func() {
			server.Fail(desktoptest.UserDesktops, -1, func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
				if strings.Contains(r.URL.Path, "dev_03") {
					desktoptest.Unavailable()(w, r, serve)
					return
				}
				serve(w, r)
			})
		},
		Config:      config,
		ExpectError: acctest.ErrorContains("The desktops of group dev, user dev_03, cannot be listed."),
	}, resource.TestStep{
		PreConfig: server.ClearFaults,
		Config:    config,
	})
}
