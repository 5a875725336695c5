package drift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// identity is how a desktop is matched. Its form is that of an import id.
type identity struct {
	username, uuid string
}

func (i identity) String() string { return i.username + "/" + i.uuid }

// state is what the check needs of the state that a plan refreshed.
type state struct {
	// managed are the desktops that the state contains.
	managed map[identity]bool
	// own counts all resources of this provider, withoutDisk the desktops whose
	// disk nobody configured.
	own, desktops, withoutDisk, policies, passwords int
	// listed are the desktops that data sources found, lists how many data
	// sources there were.
	listed     []listed
	lists      int
	listFailed bool
}

// listed is a desktop that a list or a data source found.
type listed struct {
	identity
	name string
	// by is the address of the list or the data source.
	by string
	// hidden says that the user comes from a sensitive value.
	hidden bool
}

func newState() state { return state{managed: map[identity]bool{}} }

// stateResource is a resource or a data source of the state.
type stateResource struct {
	Address   string          `json:"address"`
	Mode      string          `json:"mode"`
	Type      string          `json:"type"`
	Values    json.RawMessage `json:"values"`
	Sensitive json.RawMessage `json:"sensitive_values"`
}

func (p *planReader) priorState() error {
	return p.object(func(key string) error {
		if key != "values" {
			return p.skip()
		}
		return p.object(func(key string) error {
			if key != "root_module" {
				return p.skip()
			}
			return p.module()
		})
	})
}

func (p *planReader) module() error {
	return p.object(func(key string) error {
		switch key {
		case "resources":
			return p.array(p.resource)
		case "child_modules":
			return p.array(p.module)
		}
		return p.skip()
	})
}

func (p *planReader) resource() error {
	var r stateResource
	if err := p.Decode(&r); err != nil {
		return err
	}
	if r.Mode == "managed" && strings.HasPrefix(r.Type, own) {
		p.state.own++
	}
	switch r.Mode + " " + r.Type {
	case "managed " + own + "desktop":
		return p.desktop(r)
	case "managed " + own + "desktop_policy":
		p.state.policies++
	case "managed " + own + "user_password":
		p.state.passwords++
	case "data " + own + "user_desktops":
		return p.userDesktops(r)
	}
	return nil
}

func (p *planReader) desktop(r stateResource) error {
	var values struct {
		Username string          `json:"username"`
		UUID     string          `json:"desktop_uuid"`
		DiskGiB  json.RawMessage `json:"disk_gib"`
	}
	if err := r.decode(&values); err != nil {
		return err
	}
	p.state.managed[identity{values.Username, values.UUID}] = true
	p.state.desktops++
	if isNull(values.DiskGiB) {
		p.state.withoutDisk++
	}
	return nil
}

// userDesktops reads a data source. In a check block it has no desktops if it
// failed, which Terraform reports as a warning only.
func (p *planReader) userDesktops(r stateResource) error {
	var values struct {
		Username string `json:"username"`
		Desktops *[]struct {
			Username string `json:"username"`
			UUID     string `json:"desktop_uuid"`
			Name     string `json:"desktop_name"`
		} `json:"desktops"`
	}
	if err := r.decode(&values); err != nil {
		return err
	}
	p.state.lists++
	if values.Desktops == nil {
		p.state.listFailed = true
		p.problems = append(p.problems, r.Address+" could not be read, so desktops may be missing below. The output of terraform plan says why.")
		return nil
	}
	hidden := marked(r.Sensitive, "username") || marked(r.Sensitive, "user_group") || marked(r.Sensitive, "desktops")
	for _, d := range *values.Desktops {
		if d.Username == "" {
			d.Username = values.Username
		}
		p.state.listed = append(p.state.listed, listed{identity{d.Username, d.UUID}, d.Name, r.Address, hidden})
	}
	return nil
}

func (r stateResource) decode(values any) error {
	if err := json.Unmarshal(r.Values, values); err != nil {
		return fmt.Errorf("%s in it does not have the form of this provider's version: %w", r.Address, err)
	}
	return nil
}

func isNull(value json.RawMessage) bool {
	return len(value) == 0 || bytes.Equal(value, []byte("null"))
}
