package desktoptest

import (
	"maps"
	"slices"
)

// AddUser creates a user out of band, unless the user exists.
func (s *Server) AddUser(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ensureUser(name)
}

func (s *Server) ensureUser(name string) *user {
	if u := s.state.users[name]; u != nil {
		return u
	}
	return s.addUser(name)
}

// RemoveUser removes a user and all of the user's desktops.
func (s *Server) RemoveUser(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.state.users, name)
	s.state.desktops = slices.DeleteFunc(s.state.desktops, func(d *Desktop) bool { return d.User == name })
}

// AddDesktop creates a desktop for a user, and the user if needed. It returns
// the uuid of the desktop.
func (s *Server) AddDesktop(user, system string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addDesktop(s.ensureUser(user), system).UUID
}

// RemoveDesktop removes a desktop; its user stays.
func (s *Server) RemoveDesktop(uuid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.desktops = slices.DeleteFunc(s.state.desktops, func(d *Desktop) bool { return d.UUID == uuid })
}

// Change calls change with a desktop. It reports whether the desktop exists.
func (s *Server) Change(uuid string, change func(*Desktop)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.state.desktop(uuid)
	if d != nil {
		change(d)
	}
	return d != nil
}

// SetVolumes replaces the data volumes of a desktop with new ones of these
// sizes in bytes.
func (s *Server) SetVolumes(uuid string, sizes ...int64) bool {
	return s.Change(uuid, func(d *Desktop) {
		d.Volumes = nil
		for _, bytes := range sizes {
			d.Volumes = append(d.Volumes, d.newVolume(bytes))
		}
	})
}

// Desktop returns the current state of a desktop.
func (s *Server) Desktop(uuid string) (Desktop, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.state.desktop(uuid); d != nil {
		return d.clone(), true
	}
	return Desktop{}, false
}

// Desktops returns all desktops in the order of their creation.
func (s *Server) Desktops() []Desktop {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Desktop
	for _, d := range s.state.desktops {
		all = append(all, d.clone())
	}
	return all
}

// Users returns the names of all users, sorted.
func (s *Server) Users() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.state.users))
}

// Password returns a user's password, or "" if there is no such user.
func (s *Server) Password(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.state.users[user]; u != nil {
		return u.password
	}
	return ""
}

// DefaultPassword returns the password that a reset with an empty password
// sets.
func (s *Server) DefaultPassword() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.defaultPassword
}

// Policy returns the policy of the whole service.
func (s *Server) Policy() Policy {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.policy
}
