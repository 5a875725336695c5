//go:build linux

package chaos

import (
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
)

// managed is a desktop in the state.
type managed struct {
	Address  string
	UUID     string `json:"desktop_uuid"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// managed returns the desktops in the state.
func (r *round) managed() []managed {
	r.t.Helper()
	var state struct {
		Resources []struct {
			Instances []struct {
				Attributes managed `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(r.cli.MustRun("state", "pull").Stdout), &state); err != nil {
		r.t.Fatal(err)
	}
	var all []managed
	for _, resource := range state.Resources {
		for _, instance := range resource.Instances {
			all = append(all, instance.Attributes)
		}
	}
	return all
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

// check compares the desktops of the service with the states and the messages.
func (s *site) check() {
	s.t.Helper()
	if orders, wanted := len(s.service.Orders()), s.wanted(); orders > wanted {
		s.t.Errorf("%d orders were accepted for %d desktops", orders, wanted)
	}
	inState, named := map[string]int{}, map[string]bool{}
	for _, r := range s.rounds {
		for _, m := range r.managed() {
			inState[m.UUID]++
			r.checkPassword(m)
		}
		for _, id := range uuid.FindAllString(r.printed.String(), -1) {
			named[id] = true
		}
	}
	if len(inState) != s.wanted() {
		s.t.Errorf("the states contain %d desktops, want %d", len(inState), s.wanted())
	}
	atService := map[string]bool{}
	for _, desktop := range s.service.Desktops() {
		atService[desktop.UUID] = true
		if inState[desktop.UUID] == 0 && !named[desktop.UUID] {
			s.t.Errorf("desktop %s of %s is neither in a state nor in a message", desktop.UUID, desktop.User)
		}
	}
	for id, times := range inState {
		if times > 1 {
			s.t.Errorf("desktop %s is in the states %d times", id, times)
		}
		if !atService[id] {
			s.t.Errorf("desktop %q in a state is not a desktop of the service", id)
		}
	}
	s.checkInbox()
}

// checkPassword compares the password in the state with that of the user. It
// may be missing only if a message said how to set another one.
func (r *round) checkPassword(m managed) {
	r.t.Helper()
	switch {
	case m.Password == r.site.service.Password(m.Username):
	case m.Password == "" && strings.Contains(r.printed.String(), m.UUID):
	default:
		r.t.Errorf("the password of %s in the state is not the user's", m.Username)
	}
}

// checkInbox checks that the inbox contains no passwords after all orders are
// confirmed.
func (s *site) checkInbox() {
	s.t.Helper()
	var passwords []string
	for _, order := range s.service.Orders() {
		if order.Password != "" {
			passwords = append(passwords, order.Password)
		}
	}
	inbox := os.DirFS(s.folder())
	files := 0
	err := fs.WalkDir(inbox, ".", func(name string, entry fs.DirEntry, err error) error {
		// Unfinished files of a killed process are removed an hour later.
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".new-") {
			return err
		}
		files++
		content, err := fs.ReadFile(inbox, name)
		if slices.ContainsFunc(passwords, func(password string) bool { return strings.Contains(string(content), password) }) {
			s.t.Errorf("%s in the inbox contains a password after confirmation", name)
		}
		return err
	})
	if err != nil || files == 0 {
		s.t.Errorf("%d files in the inbox (%v)", files, err)
	}
}
