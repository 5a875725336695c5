package desktoptest

import (
	"fmt"
	"slices"
	"strconv"
)

func (s *Server) apply(_ string, in object) (any, work, error) {
	name, _ := get[string](in, "username")
	system, _ := get[string](in, "os")
	if name == "" {
		return nil, nil, refuse("username is empty")
	}
	if !slices.Contains(s.config.systems, system) {
		return nil, nil, refuse("there is no system %q", system)
	}
	if s.state.users[name] != nil {
		s.log("ordered one more %s desktop for user %s", system, printable(name))
	} else {
		s.log("ordered a %s desktop for group %s", system, printable(name))
	}
	order := s.addOrder(name, system)
	return nil, func(op *Task) (map[string]any, string, error) {
		owner, known := s.state.users[op.Username]
		if !known {
			owner = s.addUser(s.state.nextUser(op.Username))
		}
		d := s.addDesktop(owner, system)
		data := map[string]any{"username": owner.name, "desktop_uuid": d.UUID, "password": owner.password}
		if known && s.config.noKnownPassword {
			delete(data, "password")
		}
		order.Username, order.UUID = owner.name, d.UUID
		order.Password, _ = data["password"].(string)
		return data, printable(owner.name) + " has desktop " + short(d.UUID), nil
	}, nil
}

func (s *Server) resourceUpdate(_ string, in object) (any, work, error) {
	uuid, _ := get[string](in, "desktop_uuid")
	d := s.state.desktop(uuid)
	if d == nil {
		return nil, nil, refuse("there is no desktop %q", uuid)
	}
	if _, err := d.target(in); err != nil {
		return nil, nil, err
	}
	s.log("resize of desktop %s: %s", short(uuid), changed(in))
	return nil, func(*Task) (map[string]any, string, error) {
		d := s.state.desktop(uuid)
		if d == nil {
			return nil, "", refuse("desktop %q was removed", uuid)
		}
		size, err := d.target(in)
		if err != nil {
			return nil, "", err
		}
		d.resize(size)
		return nil, "desktop " + short(uuid) + " is resized", nil
	}, nil
}

func (s *Server) policyUpdate(_ string, in object) (any, work, error) {
	_, usb := get[bool](in, "usb-enable")
	_, data := get[bool](in, "data-access")
	if !usb && !data {
		return nil, nil, refuse("neither usb-enable nor data-access is given")
	}
	uuid, scoped := get[string](in, "desktop_uuid")
	if scoped && s.state.desktop(uuid) == nil {
		return nil, nil, refuse("there is no desktop %q", uuid)
	}
	change := func(*Task) (map[string]any, string, error) {
		target, of := &s.state.policy, "the service"
		if scoped {
			d := s.state.desktop(uuid)
			if d == nil {
				return nil, "", refuse("desktop %q was removed", uuid)
			}
			target, of = &d.Policy, "desktop "+short(uuid)
		}
		target.change(in)
		return nil, "policy of " + of + ": " + target.String(), nil
	}
	if s.config.policyCallback {
		return nil, change, nil
	}
	_, line, err := change(nil)
	s.log("%s", line)
	return nil, nil, err
}

func (s *Server) passwordReset(_ string, in object) (any, work, error) {
	name, _ := get[string](in, "username")
	password, _ := get[string](in, "password")
	s.addSecret(password)
	owner := s.state.users[name]
	if owner == nil {
		return nil, nil, refuse("there is no user %q", name)
	}
	to := "to the given password"
	if password == "" {
		password, to = s.state.defaultPassword, "to the service's default"
	}
	owner.password = password
	s.log("password of %s reset %s", printable(name), to)
	return map[string]any{"username": name, "password": password}, nil, nil
}

func (s *Server) userDesktops(name string, _ object) (any, work, error) {
	if s.state.users[name] == nil && !s.config.emptyForUnknown {
		return nil, nil, refuse("there is no user %q", name)
	}
	list := []any{}
	for _, d := range s.state.desktops {
		if d.User == name {
			list = append(list, map[string]any{"desktop_uuid": d.UUID, "desktop_name": d.Name})
		}
	}
	s.log("listed the desktops of %s: %d", printable(name), len(list))
	return list, nil, nil
}

func (s *Server) desktopVolumes(uuid string, _ object) (any, work, error) {
	d := s.state.desktop(uuid)
	if d == nil {
		return nil, nil, refuse("there is no desktop %q", uuid)
	}
	list := []any{}
	for _, v := range d.Volumes {
		var size any = v.Size
		if s.config.sizesAsText {
			size = strconv.FormatInt(v.Size, 10)
		}
		list = append(list, map[string]any{
			"volume_uuid": v.UUID, "volume_name": v.Name, "volume_size": size, "volume_status": v.Status,
		})
	}
	s.log("listed the volumes of desktop %s: %d", short(uuid), len(list))
	return list, nil, nil
}

// changed returns the target values of a resize as text.
func changed(in object) string {
	line := ""
	if cpu, ok := get[int64](in, "cpu"); ok {
		line = fmt.Sprintf("%d CPUs", cpu)
	}
	for _, name := range []string{"memory", "disk"} {
		if bytes, ok := get[int64](in, name); ok {
			if line != "" {
				line += ", "
			}
			line += name + " " + gib(bytes)
		}
	}
	return line
}

func gib(bytes int64) string {
	if bytes%(1<<30) == 0 {
		return fmt.Sprintf("%d GiB", bytes>>30)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
