package desktop_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

func TestDesktop_faultyAnswersToOrders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault desktoptest.Fault
		says  string
		want  int // The number of orders: an order that may have been carried out is not repeated.
	}{
		"401":        {desktoptest.Unauthorized(), "HTTP status: 401", 2},
		"503":        {desktoptest.Unavailable(), "HTTP 503", 1},
		"HTML":       {desktoptest.Answer(200, "text/html", "<html>Please log in</html>"), "it begins: <html>Please log in</html>", 1},
		"empty":      {desktoptest.Empty(), "it is empty", 1},
		"half":       {desktoptest.Truncated(), "the answer is not a JSON document", 1},
		"50 MB":      {desktoptest.Huge(50 << 20), "the answer is larger than 4 MiB", 1},
		"refused":    {desktoptest.Refuse("no licence left"), "no licence left", 2},
		"connection": {desktoptest.DropBefore(), "The next apply resumes order", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			server.Fail(desktoptest.Apply, 1, test.fault)
			// If the outcome of an order is unknown, the provider waits until
			// the timeout.
			config := providerFor(t, server) + desktopWith(`timeouts { create = "2s" }`)
			failing := resource.TestStep{Config: config, ExpectError: acctest.ErrorContains(test.says)}
			again := resource.TestStep{Config: config, ConfigPlanChecks: plans(plancheck.ResourceActionCreate)}
			if test.want == 1 {
				again = resource.TestStep{Config: config, ExpectError: acctest.ErrorContains("No callback came for order")}
			}
			steps.Run(t, failing, again)
			if n := len(server.Requests(desktoptest.Apply)); n != test.want {
				t.Errorf("%d orders were sent, want %d", n, test.want)
			}
		})
	}
}

func TestDesktop_acceptedOrderWithUnknownOutcome(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.Fail(desktoptest.Apply, 1, desktoptest.DropAfter())
	steps.Run(t, resource.TestStep{Config: providerFor(t, server) + desktopWith("")})
	if n := len(server.Desktops()); n != 1 {
		t.Errorf("%d desktops were made, want 1", n)
	}
}

func TestDesktop_endpointRefusesConnections(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := strings.ReplaceAll(providerFor(t, server), server.URL, "http://127.0.0.1:1")
	steps.Run(t, resource.TestStep{
		Config:      config + desktopWith(""),
		ExpectError: acctest.ErrorContains("connection refused"),
	})
}

func TestDesktop_redirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	server := desktoptest.Start(t)
	server.Fail(desktoptest.AnyCall, -1, desktoptest.Redirect(elsewhere.URL))
	steps.Run(t, resource.TestStep{
		Config:      providerFor(t, server, `headers = { Authorization = "Bearer secret" }`) + desktopWith(`timeouts { create = "1s" }`),
		ExpectError: acctest.ErrorContains("The provider does not follow redirects"),
	})
	if n := followed.Load(); n != 0 {
		t.Errorf("%d requests followed the redirect, with the headers", n)
	}
}

func TestDesktop_callbackOfFailure(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.Callback(desktoptest.Apply, 1, desktoptest.Failure("the pool of win10 is empty"))
	config := providerFor(t, server) + desktopWith("")
	steps.Run(t, resource.TestStep{
		Config:      config,
		ExpectError: acctest.ErrorContains("the pool of win10 is empty"),
	}, resource.TestStep{
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionCreate),
	})
}

func TestDesktop_callbackNamesAnotherUser(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddUser("alice")
	server.Callback(desktoptest.Apply, 1, desktoptest.ForUser("mallory"))
	steps.Run(t, resource.TestStep{
		Config:      providerFor(t, server) + strings.ReplaceAll(desktopWith(""), `user_group = "dev"`, `username = "alice"`),
		ExpectError: regexp.MustCompile(`terraform[\s│]+import[\s│]+ADDRESS[\s│]+'mallory/[0-9a-f-]{36}'`),
	})
}

func TestDesktop_noCallback(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.Callback(desktoptest.Apply, 1, desktoptest.NoCallback())
	steps.Run(t, resource.TestStep{
		Config:      providerFor(t, server) + desktopWith(`timeouts { create = "1s" }`),
		ExpectError: acctest.ErrorContains("No callback came for order"),
	})
}

// If a step fails after the desktop exists, the next apply retries only this
// step.
func TestDesktop_stepAfterCreationFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fail       func(*desktoptest.Server)
		attributes string
		again      desktoptest.Call
	}{
		"resize refused": {
			func(s *desktoptest.Server) {
				s.Fail(desktoptest.ResourceUpdate, 1, desktoptest.Refuse("no memory left"))
			},
			"cpu = 4", desktoptest.ResourceUpdate,
		},
		"resize failed": {
			func(s *desktoptest.Server) {
				s.Callback(desktoptest.ResourceUpdate, 1, desktoptest.Failure("no memory left"))
			},
			"cpu = 4", desktoptest.ResourceUpdate,
		},
		"password": {
			func(s *desktoptest.Server) { s.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("too simple")) },
			"password_wo = \"S3cret-of-dev\"\n password_wo_version = 1", desktoptest.PasswordReset,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if test.again == desktoptest.PasswordReset {
				acctest.RequireTerraform(t, 11)
			}
			t.Parallel()
			server := desktoptest.Start(t)
			test.fail(server)
			config := providerFor(t, server) + desktopWith(test.attributes)
			steps.Run(t, resource.TestStep{
				Config:             config,
				ExpectNonEmptyPlan: true,
			}, resource.TestStep{
				PreConfig:        server.ResetRequests,
				Config:           config,
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
				Check: func(*terraform.State) error {
					if n := len(server.Requests(test.again)); n != 1 {
						return fmt.Errorf("%d requests %s, want 1", n, test.again)
					}
					if len(server.Requests(desktoptest.Apply)) != 0 {
						return errors.New("another desktop was ordered")
					}
					return nil
				},
			}, resource.TestStep{
				Config:           config,
				ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
			})
		})
	}
}

func TestDesktop_failedUpdateKeepsWhatSucceeded(t *testing.T) {
	acctest.RequireTerraform(t, 11)
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server)
	const password = "password_wo = \"S3cret-of-dev\"\n password_wo_version = 1"
	steps.Run(t, resource.TestStep{
		Config: config + desktopWith("cpu = 2"),
	}, resource.TestStep{
		PreConfig:   func() { server.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("too simple")) },
		Config:      config + desktopWith("cpu = 4\n"+password),
		ExpectError: acctest.ErrorContains("too simple"),
	}, resource.TestStep{
		PreConfig: server.ResetRequests,
		Config:    config + desktopWith("cpu = 4\n"+password),
		Check: resource.ComposeTestCheckFunc(
			sent(server, desktoptest.ResourceUpdate),
			sent(server, desktoptest.PasswordReset, `password="S3cret-of-dev" username="dev_01"`),
		),
	})
}

// A desktop is removed from the state only if a well-formed list does not
// contain it.
func TestDesktop_failedList(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	config := providerFor(t, server) + desktopWith("")
	all := []resource.TestStep{{Config: config}}
	for _, fault := range []desktoptest.Fault{
		desktoptest.Unauthorized(),
		desktoptest.Answer(404, "text/html", "<h1>Not Found</h1>"),
		desktoptest.Answer(200, "application/json", `{"data":[],"status":-1,"message":"no such user"}`),
		desktoptest.Answer(200, "application/json", `{"status":0,"message":""}`),
		desktoptest.Answer(200, "application/json", `{"data":null,"status":0,"message":""}`),
		desktoptest.Answer(200, "application/json", `{"data":{},"status":0,"message":""}`),
		desktoptest.Answer(200, "application/json", `{"data":[],"message":""}`),
		desktoptest.Answer(200, "application/json", `{"data":[{"desktop_name":"x"}],"status":0,"message":""}`),
		desktoptest.Truncated(),
	} {
		all = append(all, resource.TestStep{
			PreConfig:   func() { server.Fail(desktoptest.UserDesktops, 1, fault) },
			Config:      config,
			ExpectError: acctest.ErrorContains("Unable to Read Desktop"),
		})
	}
	steps.Run(t, append(all, resource.TestStep{
		Config:           config,
		ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
	})...)
}
