package desktop_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/drift"
)

const desktopType = "clouddesktop_desktop"

// listing is the result of a list.
type listing struct {
	Names                 []string
	Identities, Resources []object
	Errors, Warnings      []string
}

// list lists desktops like terraform query.
func (p *protocol) list(config object, limit int64, resources bool) listing {
	p.t.Helper()
	stream, err := p.ListResource(p.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName:        desktopType,
		Config:          p.encode(p.schemas.ListResourceSchemas[desktopType].ValueType(), config),
		IncludeResource: resources,
		Limit:           limit,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var got listing
	for result := range stream.Results {
		for _, d := range result.Diagnostics {
			if d.Severity == tfprotov6.DiagnosticSeverityError {
				got.Errors = append(got.Errors, d.Summary+": "+d.Detail)
			} else {
				got.Warnings = append(got.Warnings, d.Summary+": "+d.Detail)
			}
		}
		if result.Identity == nil {
			continue
		}
		got.Names = append(got.Names, result.DisplayName)
		got.Identities = append(got.Identities, p.identity(desktopType, result.Identity))
		if result.Resource != nil {
			got.Resources = append(got.Resources, p.decode(p.resourceType(desktopType), result.Resource))
		}
	}
	return got
}

// owners returns the users of the desktops in the order of the results.
func (l listing) owners() []string {
	var owners []string
	for _, id := range l.Identities {
		owners = append(owners, id["username"].(string))
	}
	return slices.Compact(owners)
}

func TestDesktopList_ofAUser(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]desktoptest.Option{
		"errors for unknown users":      desktoptest.WithLog(nil),
		"empty lists for unknown users": desktoptest.WithEmptyListForUnknownUser(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t, option)
			const user = "研发 50%/x_01"
			uuids := []string{server.AddDesktop(user, "win10"), server.AddDesktop(user, "kylin")}
			server.AddDesktop("dev_01", "win10")
			p := newProtocol(t, server, nil)

			got := p.list(object{"username": user}, 100, true)
			var want listing
			for i, uuid := range uuids {
				name := server.Desktops()[i].Name
				want.Names = append(want.Names, name+" ("+user+")")
				want.Identities = append(want.Identities, object{"username": user, "desktop_uuid": uuid})
				want.Resources = append(want.Resources, object{
					"username": user, "desktop_uuid": uuid, "desktop_name": name, "deletion_policy": "abandon",
				})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := p.list(object{"username": user}, 100, false); got.Resources != nil || len(got.Names) != 2 {
				t.Errorf("without resources: %+v", got)
			}
		})
	}
}

// A listed desktop and an imported desktop have the same state.
func TestDesktopList_sameAsImport(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	uuid := server.AddDesktop("dev_01", "win10")
	p := newProtocol(t, server, nil)
	listed := p.list(object{"username": "dev_01"}, 1, true)
	for name, req := range map[string]*tfprotov6.ImportResourceStateRequest{
		"by id": {ID: "dev_01/" + uuid},
		"by identity": {Identity: &tfprotov6.ResourceIdentityData{
			IdentityData: p.encode(p.identities[desktopType].ValueType(), listed.Identities[0]),
		}},
	} {
		got := newProtocol(t, server, nil).importAndRead(desktopType, req)
		if diff := cmp.Diff(imported{listed.Resources[0], listed.Identities[0]}, got); diff != "" {
			t.Errorf("%s (-listed +imported):\n%s", name, diff)
		}
	}
}

func TestDesktopList_ofAGroup(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options  []desktoptest.Option
		users    []int
		want     []int
		requests int
	}{
		"a few":                       {nil, []int{1, 2, 3}, []int{1, 2, 3}, 8},
		"none":                        {nil, nil, nil, 5},
		"a gap of four":               {nil, []int{1, 6}, []int{1, 6}, 11},
		"a gap of five":               {nil, []int{1, 7}, []int{1}, 6},
		"empty lists for the unknown": {[]desktoptest.Option{desktoptest.WithEmptyListForUnknownUser()}, []int{2, 4}, []int{2, 4}, 9},
		"three digits":                {nil, numbers(1, 101), numbers(1, 101), 106},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t, tc.options...)
			for _, n := range tc.users {
				server.AddDesktop(devUser(n), "win10")
			}
			got := newProtocol(t, server, nil).list(object{"user_group": "dev"}, 1000, false)
			var want []string
			for _, n := range tc.want {
				want = append(want, devUser(n))
			}
			if diff := cmp.Diff(want, got.owners()); diff != "" || got.Errors != nil {
				t.Errorf("%+v (-want +got):\n%s", got, diff)
			}
			if n := server.Count("GET", "/api/user/…/desktops"); n != tc.requests {
				t.Errorf("%d requests, want %d", n, tc.requests)
			}
		})
	}
}

func devUser(n int) string { return fmt.Sprintf("dev_%02d", n) }

func numbers(from, to int) []int {
	var all []int
	for n := from; n <= to; n++ {
		all = append(all, n)
	}
	return all
}

// The provider requests four users concurrently, and keeps the order of the
// results.
func TestDesktopList_concurrentRequests(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	for n := range 8 {
		server.AddDesktop(devUser(n+1), "win10")
	}
	const together = 4
	arrived, go4 := make(chan struct{}, together), make(chan struct{})
	server.Fail(desktoptest.UserDesktops, together, func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		if arrived <- struct{}{}; len(arrived) == together {
			close(go4)
		}
		select {
		case <-go4:
		case <-r.Context().Done():
		}
		serve(w, r)
	})
	got := newProtocol(t, server, nil).list(object{"user_group": "dev"}, 100, false)
	if !slices.IsSorted(got.owners()) || len(got.owners()) != 8 {
		t.Errorf("got %+v", got)
	}
}

func TestDesktopList_limit(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	for n := range 50 {
		server.AddDesktop(devUser(n/5+1), "win10")
	}
	p := newProtocol(t, server, nil)
	for limit, want := range map[int64]int{1: 1, 5: 5, 7: 7, 50: 50, 51: 50, 0: 50} {
		server.ResetRequests()
		if got := p.list(object{"user_group": "dev"}, limit, false); len(got.Names) != want || got.Errors != nil {
			t.Errorf("limit %d: %d desktops, want %d; %v", limit, len(got.Names), want, got.Errors)
		} else if cut := limit > 0 && limit < 50; cut != (len(got.Warnings) == 1 && strings.HasPrefix(got.Warnings[0], drift.LimitWarning+": ")) {
			t.Errorf("limit %d: warnings %q", limit, got.Warnings)
		}
	}
	fresh := newProtocol(t, server, nil)
	server.ResetRequests()
	fresh.list(object{"user_group": "dev"}, 3, false)
	if n := len(server.Requests()); n > 4 {
		t.Errorf("%d requests were sent for three desktops of the first user", n)
	}
}

func TestDesktopList_fiveThousand(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	for range 5000 {
		server.AddDesktop("dev_01", "win10")
	}
	got := newProtocol(t, server, nil).list(object{"username": "dev_01"}, 10000, true)
	if len(got.Resources) != 5000 || got.Errors != nil || got.Resources[4999]["desktop_uuid"] != server.Desktops()[4999].UUID {
		t.Errorf("%d desktops; %v", len(got.Resources), got.Errors)
	}
}

// If a user cannot be read, earlier results stay, and the error does not count
// as an unknown user.
func TestDesktopList_errors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault desktoptest.Fault
		want  string
	}{
		"unauthorized":       {desktoptest.Unauthorized(), "CLOUDDESKTOP_AUTHORIZATION"},
		"down":               {desktoptest.Unavailable(), "The service, or a proxy in front of it, is not available."},
		"dropped":            {desktoptest.DropBefore(), "No complete answer arrived"},
		"half an answer":     {desktoptest.Truncated(), "is not a JSON document"},
		"the wrong address":  {desktoptest.Answer(http.StatusNotFound, "text/html", "<html>nothing here</html>"), "HTTP status: 404"},
		"refused with a 500": {desktoptest.Answer(http.StatusInternalServerError, "application/json", `{"data":[],"message":"oops","status":-1}`), "oops."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			server.AddDesktop("dev_01", "win10")
			p := newProtocol(t, server, nil)
			if got := p.list(object{"username": "dev_01"}, 100, false); len(got.Names) != 1 {
				t.Fatalf("before the fault: %+v", got)
			}
			server.Fail(desktoptest.UserDesktops, -1, tc.fault)
			got := p.list(object{"user_group": "dev"}, 100, false)
			if len(got.Names) != 1 || len(got.Errors) != 1 || !strings.Contains(got.Errors[0], tc.want) ||
				!strings.HasPrefix(got.Errors[0], "Unable to List Desktops of User dev_02: ") {
				t.Errorf("got %+v, want the first user's desktop and an error with %q", got, tc.want)
			}
		})
	}
}

func TestDesktopList_unknownUser(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, desktoptest.Start(t), nil)
	for want, config := range map[string]object{
		`there is no user "ghost"`:                {"username": "ghost"},
		`it was asked for ghosts_01 to ghosts_05`: {"user_group": "ghosts"},
	} {
		got := p.list(config, 100, false)
		if got.Names != nil || got.Errors != nil || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], want) {
			t.Errorf("got %+v, want only a warning with %q", got, want)
		}
	}
}

func TestDesktopList_badInput(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	p := newProtocol(t, server, nil)
	for name, tc := range map[string]struct {
		config object
		want   string
	}{
		"both":           {object{"username": "a_01", "user_group": "a"}, "These attributes cannot be configured together: [username,user_group]"},
		"empty":          {object{"username": ""}, "must be a name: not empty"},
		"a line break":   {object{"user_group": "a\nb"}, "without control characters"},
		"a bad time-out": {object{"username": "a_01", "timeouts": object{"list": "soon"}}, "must be a string"},
	} {
		resp, err := p.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
			TypeName: desktopType,
			Config:   p.encode(p.schemas.ListResourceSchemas[desktopType].ValueType(), tc.config),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.Diagnostics) == 0 || !strings.Contains(resp.Diagnostics[0].Detail, tc.want) {
			t.Errorf("%s: got %+v, want %q", name, resp.Diagnostics, tc.want)
		}
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestDesktopList_withoutArguments(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	for _, user := range []string{"dev_01", "ops_01", "ops_02", "other_01"} {
		server.AddDesktop(user, "win10")
	}
	p := newProtocol(t, server, object{"user_groups": []string{"ops", "nosuch", "dev"}})
	got := p.list(object{}, 100, false)
	if diff := cmp.Diff([]string{"ops_01", "ops_02", "dev_01"}, got.owners()); diff != "" || got.Errors != nil {
		t.Errorf("%+v (-want +got):\n%s", got, diff)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], `no user of group "nosuch"`) {
		t.Errorf("warnings: %q", got.Warnings)
	}
	none := newProtocol(t, server, nil).list(object{}, 100, false)
	if len(none.Errors) != 1 || !strings.Contains(none.Errors[0], "the provider's desktop block has no user_groups") {
		t.Errorf("without groups: %+v", none)
	}
}

// Terraform may stop to read at any result, a warning too.
func TestDesktopList_readerThatStopsEarly(t *testing.T) {
	t.Parallel()
	server := desktoptest.Start(t)
	server.AddDesktop("dev_01", "win10")
	p := newProtocol(t, server, object{"user_groups": []string{"nosuch", "dev"}})
	stream, err := p.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: desktopType, Config: p.encode(p.schemas.ListResourceSchemas[desktopType].ValueType(), object{}), Limit: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	for result := range stream.Results {
		if len(result.Diagnostics) != 1 {
			t.Errorf("the first result is %+v, want the warning about nosuch", result)
		}
		break
	}
	for _, r := range server.Requests(desktoptest.UserDesktops) {
		if strings.Contains(r.Path, "dev_") {
			t.Errorf("%s was requested for nobody", r.Path)
		}
	}
}
