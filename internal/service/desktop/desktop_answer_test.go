package desktop_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// executed carries out the request and then sends another answer.
func executed(answer desktoptest.Fault) desktoptest.Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		serve(httptest.NewRecorder(), r)
		answer(w, r, serve)
	}
}

// sends sends another callback before the usual one.
func sends(body string) desktoptest.Callback {
	return func(task *desktoptest.Task) {
		task.SendBody([]byte(body))
		task.Send(task.Execute())
	}
}

// With all answers and callbacks, an existing desktop is in the state, with its
// user and password, and only one order was sent.
func TestDesktop_answersAndCallbacks(t *testing.T) {
	t.Parallel()
	const asJSON = "application/json"
	for name, test := range map[string]struct {
		answer   desktoptest.Fault
		callback desktoptest.Callback
	}{
		"accepted without data":        {answer: executed(desktoptest.Answer(200, asJSON, `{"status":"0"}`))},
		"accepted under 504":           {answer: executed(desktoptest.Answer(504, asJSON, `{"status":"0","data":{}}`))},
		"504 and -1":                   {answer: executed(desktoptest.Answer(504, asJSON, `{"status":"-1","message":"timeout"}`))},
		"status 1":                     {answer: executed(desktoptest.Answer(200, asJSON, `{"status":"1"}`))},
		"408":                          {answer: executed(desktoptest.Answer(408, "text/html", "<html>"))},
		"499":                          {answer: executed(desktoptest.Answer(499, "text/html", "<html>"))},
		"redirect":                     {answer: executed(desktoptest.Redirect("https://elsewhere.invalid"))},
		"connection reset":             {answer: desktoptest.DropAfter()},
		"interim callback before":      {callback: sends(`{"status":"1","message":"running"}`)},
		"callback in GBK before":       {callback: sends("{\"status\":\"0\",\"data\":{\"username\":\"\xd5\xc5\"}}")},
		"callback without uuid before": {callback: sends(`{"status":"0","data":{"username":"dev_01"}}`)},
		"callback twice":               {callback: desktoptest.Twice()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			if test.answer != nil {
				server.Fail(desktoptest.Apply, 1, test.answer)
			}
			if test.callback != nil {
				server.Callback(desktoptest.Apply, 1, test.callback)
			}
			steps.Run(t, resource.TestStep{
				Config: providerFor(t, server) + desktopWith(""),
				Check: func(state *terraform.State) error {
					desktops := server.Desktops()
					if n := len(server.Requests(desktoptest.Apply)); n != 1 || len(desktops) != 1 {
						return fmt.Errorf("%d orders made %d desktops", n, len(desktops))
					}
					return resource.ComposeAggregateTestCheckFunc(
						resource.TestCheckResourceAttr(address, "desktop_uuid", desktops[0].UUID),
						resource.TestCheckResourceAttr(address, "username", "dev_01"),
						resource.TestCheckResourceAttr(address, "password", server.Password("dev_01")),
					)(state)
				},
			})
		})
	}
}

// The error lists callbacks that are not the result, without their content.
func TestDesktop_onlyCallbacksThatAreNotTheResult(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, says string }{
		"interim": {`{"status":"1","message":"running"}`, `its status is "1", neither success (0) nor failure (-1)`},
		"GBK":     {"{\"status\":\"0\",\"data\":{\"username\":\"\xd5\xc5\",\"password\":\"hunter2\"}}", "it is not UTF-8"},
		"no uuid": {`{"status":"0","data":{"username":"dev_01","password":"hunter2"}}`, "the callback lacks desktop_uuid"},
		"large":   {`{"message":"` + strings.Repeat("x", 64<<10) + `"}`, "the body is larger than 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			server.Callback(desktoptest.Apply, 1, desktoptest.Garbage(test.body))
			steps.Run(t, resource.TestStep{
				Config:      providerFor(t, server) + desktopWith(`timeouts { create = "2s" }`),
				ExpectError: acctest.ErrorContains(test.says),
			})
			if n := len(server.Requests(desktoptest.Apply)); n != 1 {
				t.Errorf("%d orders were sent", n)
			}
		})
	}
}
