package desktoptest

import (
	"crypto/rand"
	"fmt"
	"slices"
)

// Desktop is a desktop in the service.
type Desktop struct {
	UUID, Name, User, OS string
	CPU, Memory          int64
	// Volumes are the data volumes: a new desktop has none.
	Volumes []Volume
	Policy  Policy
}

// Volume is a data volume; its size is in bytes.
type Volume struct {
	UUID, Name, Status string
	Size               int64
}

// Policy is the policy of a desktop or of the service. Initially both values
// are off.
type Policy struct {
	USBEnable, DataAccess bool
}

func (p *Policy) change(in object) {
	if usb, given := get[bool](in, "usb-enable"); given {
		p.USBEnable = usb
	}
	if data, given := get[bool](in, "data-access"); given {
		p.DataAccess = data
	}
}

func (p *Policy) String() string {
	word := map[bool]string{true: "on", false: "off"}
	return "USB " + word[p.USBEnable] + ", data access " + word[p.DataAccess]
}

// size holds the values that a resource-update changes.
type size struct {
	cpu, memory, disk int64
}

// target returns the size after a resource-update, or an error if it is not
// possible.
func (d *Desktop) target(in object) (size, error) {
	to := size{d.CPU, d.Memory, d.disk()}
	none := true
	for _, part := range []struct {
		name  string
		value *int64
	}{{"cpu", &to.cpu}, {"memory", &to.memory}, {"disk", &to.disk}} {
		value, given := get[int64](in, part.name)
		if !given {
			continue
		}
		if value <= 0 {
			return size{}, refuse("%s must be more than 0", part.name)
		}
		*part.value, none = value, false
	}
	if none {
		return size{}, refuse("none of cpu, memory and disk is given")
	}
	if to.disk < d.disk() {
		return size{}, refuse("a disk cannot shrink: this one has %d bytes", d.disk())
	}
	return to, nil
}

// resize grows the largest volume, or creates one if there is none. The API
// document defines neither.
func (d *Desktop) resize(to size) {
	d.CPU, d.Memory = to.cpu, to.memory
	switch i := d.largest(); {
	case i >= 0:
		d.Volumes[i].Size = to.disk
	case to.disk > 0:
		d.Volumes = []Volume{d.newVolume(to.disk)}
	}
}

func (d *Desktop) newVolume(bytes int64) Volume {
	return Volume{UUID: newUUID(), Name: fmt.Sprintf("%s-data-%d", d.Name, len(d.Volumes)+1), Status: "in-use", Size: bytes}
}

// largest returns the index of the largest volume, or -1.
func (d *Desktop) largest() int {
	at := -1
	for i, v := range d.Volumes {
		if at < 0 || v.Size > d.Volumes[at].Size {
			at = i
		}
	}
	return at
}

func (d *Desktop) disk() int64 {
	if i := d.largest(); i >= 0 {
		return d.Volumes[i].Size
	}
	return 0
}

func (d *Desktop) clone() Desktop {
	c := *d
	c.Volumes = slices.Clone(d.Volumes)
	return c
}

type user struct {
	name, password string
	ordered        int // The number of desktops ever ordered, for their names.
}

// state is guarded by the server's lock.
type state struct {
	users           map[string]*user
	desktops        []*Desktop
	policy          Policy
	defaultPassword string
	orders          []*Order
}

func (r *state) desktop(uuid string) *Desktop {
	for _, d := range r.desktops {
		if d.UUID == uuid {
			return d
		}
	}
	return nil
}

// nextUser returns the first free name of a group: group_01, group_02 and so
// on.
func (r *state) nextUser(group string) string {
	for n := 1; ; n++ {
		if name := fmt.Sprintf("%s_%02d", group, n); r.users[name] == nil {
			return name
		}
	}
}

func (s *Server) addUser(name string) *user {
	u := &user{name: name, password: s.newPassword()}
	s.state.users[name] = u
	return u
}

func (s *Server) addDesktop(owner *user, system string) *Desktop {
	owner.ordered++
	d := &Desktop{
		UUID:   newUUID(),
		Name:   fmt.Sprintf("%s-%s-%d", owner.name, system, owner.ordered),
		User:   owner.name,
		OS:     system,
		CPU:    2,
		Memory: 4 << 30,
	}
	s.state.desktops = append(s.state.desktops, d)
	return d
}

func (s *Server) newPassword() string {
	password := rand.Text()
	s.addSecret(password)
	return password
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // It never fails.
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
