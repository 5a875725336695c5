package drift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// identity identifies a desktop, in the form of an import ID.
type identity struct {
	username, uuid string
}

func (i identity) String() string { return i.username + "/" + i.uuid }

// state is the part of a refreshed state that the check needs.
type state struct {
	// managed holds the desktops in the state.
	managed map[identity]bool
	// own is the number of resources of this provider. withoutDisk is the
	// number of desktops without disk_gib.
	own, desktops, withoutDisk, policies, passwords int
	// listed are the desktops in data sources. lists is the number of these
	// data sources.
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
	// hidden reports whether the user is from a sensitive value.
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

// userDesktops reads a data source. If it failed in a check block, it has no
// desktops, and Terraform reports only a warning.
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
