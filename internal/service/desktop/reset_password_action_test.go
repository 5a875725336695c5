package desktop_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const resetPassword = "clouddesktop_reset_password"

// invocation is the result of an action.
type invocation struct {
	Progress, Errors []string
}

func (p *protocol) invoke(config object) invocation {
	p.t.Helper()
	stream, err := p.InvokeAction(p.t.Context(), &tfprotov6.InvokeActionRequest{
		ActionType: resetPassword,
		Config:     p.encode(p.schemas.ActionSchemas[resetPassword].Schema.ValueType(), config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var got invocation
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			got.Progress = append(got.Progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			for _, d := range event.Diagnostics {
				got.Errors = append(got.Errors, d.Summary+": "+d.Detail)
			}
		}
	}
	return got
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	const user = "研发组_01"
	server.AddUser(user)
	p := newProtocol(t, server, nil)

	want := invocation{Progress: []string{
		"Resetting the password of 研发组_01 to the given password …",
		"The password of 研发组_01 is reset to the given password.",
	}}
	if diff := cmp.Diff(want, p.invoke(object{"username": user, "password": "one"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := server.Password(user); got != "one" {
		t.Errorf("the password is %q", got)
	}

	want = invocation{Progress: []string{
		"Resetting the password of 研发组_01 to the service's default …",
		"The password of 研发组_01 is reset to the service's default.",
	}}
	if diff := cmp.Diff(want, p.invoke(object{"username": user, "use_default_password": true})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := server.Password(user); got != server.DefaultPassword() {
		t.Errorf("the password is %q", got)
	}
}

func TestResetPassword_failures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fail func(*desktoptest.Server)
		want string
	}{
		"unknown user": {func(*desktoptest.Server) {}, `there is no user "dev_01".`},
		"refused": {func(s *desktoptest.Server) {
			s.Fail(desktoptest.PasswordReset, 1, desktoptest.Refuse("secret-of-dev is too short"))
		}, "*** is too short."},
		"down": {func(s *desktoptest.Server) {
			s.Fail(desktoptest.PasswordReset, -1, desktoptest.Unavailable())
		}, "The service, or a proxy in front of it, is not available."},
		"unreachable": {func(s *desktoptest.Server) {
			s.Fail(desktoptest.PasswordReset, -1, desktoptest.DropBefore())
		}, "No complete answer arrived"},
		"stalled": {func(s *desktoptest.Server) {
			s.Fail(desktoptest.PasswordReset, -1, desktoptest.Stall())
		}, "Timed out after 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			p := newProtocol(t, server, nil)
			tc.fail(server)
			got := p.invoke(object{"username": "dev_01", "password": "secret-of-dev", "timeouts": object{"invoke": "1s"}})
			if len(got.Progress) != 1 || len(got.Errors) != 1 || !strings.HasPrefix(got.Errors[0], "Unable to Reset Password: ") ||
				!strings.Contains(got.Errors[0], tc.want) {
				t.Errorf("got %+v, want the beginning and an error with %q", got, tc.want)
			}
			if strings.Contains(strings.Join(got.Errors, ""), "secret-of-dev") {
				t.Error("the error contains the password")
			}
		})
	}
}

// The framework rejects write-only values in actions, although all Terraform
// versions with actions support them.
func TestResetPassword_ephemeralValues(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, desktoptest.Start(t), nil)
	if got := p.validateAction(object{"username": "dev_01", "password": "one"}); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	for _, attribute := range p.schemas.ActionSchemas[resetPassword].Schema.Block.Attributes {
		if attribute.WriteOnly != (attribute.Name == "password") {
			t.Errorf("%s: write-only is %t", attribute.Name, attribute.WriteOnly)
		}
	}
}

func (p *protocol) validateAction(config object) []string {
	p.t.Helper()
	resp, err := p.ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: resetPassword,
		Config:     p.encode(p.schemas.ActionSchemas[resetPassword].Schema.ValueType(), config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var got []string
	for _, d := range resp.Diagnostics {
		got = append(got, d.Summary+": "+d.Detail)
	}
	return got
}

func TestResetPassword_badInput(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, desktoptest.Start(t), nil)
	for name, tc := range map[string]struct {
		config object
		want   string
	}{
		"empty user":     {object{"username": "", "password": "x"}, "must be a name: not empty"},
		"empty password": {object{"username": "dev_01", "password": ""}, "string length must be at least 1"},
		"no password":    {object{"username": "dev_01"}, "password is missing or null. Write the password, or write use_default_password = true"},
		"false":          {object{"username": "dev_01", "use_default_password": false}, "password is missing or null"},
		"both":           {object{"username": "dev_01", "password": "x", "use_default_password": true}, "Both password and use_default_password = true are set"},
	} {
		if got := p.validateAction(tc.config); len(got) != 1 || !strings.Contains(got[0], tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// Terraform 1.16 drops an ephemeral password when it invokes an action.
func TestResetPassword_nullPassword(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddUser("dev_01")
	for _, config := range []object{{"username": "dev_01"}, {"username": "dev_01", "use_default_password": false}} {
		got := newProtocol(t, server, nil).invoke(config)
		if len(got.Errors) != 1 || !strings.Contains(got.Errors[0], "the password of the user is not changed") {
			t.Errorf("%v: got %+v", config, got)
		}
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
