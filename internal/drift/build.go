package drift

import "slices"

// input holds the content of all files and of the inbox. A part that was not
// read is nil.
type input struct {
	plan   *plan
	query  *query
	orders []Order
	// ordersRead reports whether an inbox was read.
	ordersRead bool
	// inboxUnasked reports whether --inbox was not set.
	inboxUnasked bool
	ignore       []*ignoreEntry
	problems     []string
}

// build returns the report.
func (in *input) build() *Report {
	r := &Report{Version: SchemaVersion, Problems: []string{}}
	r.Orders = ordersSection{in.ordersRead, in.inboxUnasked, append([]Order{}, in.orders...)}
	r.Changed = in.changed()
	r.Unmanaged = in.unmanaged()
	r.NotVisible = in.notVisible()
	r.Ignore = in.ignored()
	r.Problems = append(r.Problems, in.problems...)
	if in.plan != nil {
		r.Problems = append(r.Problems, in.plan.problems...)
	}
	if in.query != nil {
		r.Problems = append(r.Problems, in.query.problems...)
	}
	if r.Changed.Checked && r.Changed.Compared == 0 && len(r.Changed.Findings)+len(r.Changed.Ignored) == 0 {
		r.Problems = append(r.Problems, "The state contains no resource of this provider, so there is nothing to compare. Is the backend configured, and is it the right workspace?")
	}
	switch {
	case len(r.Problems) > 0:
		r.Status = statusIncomplete
	case r.findings() > 0:
		r.Status = statusFindings
	default:
		r.Status = statusClean
	}
	return r
}

func (in *input) changed() changedSection {
	s := changedSection{Others: []string{}, Findings: []changeFinding{}, Ignored: []changeFinding{}}
	if in.plan == nil {
		return s
	}
	s.Checked = !in.plan.partial
	s.Compared = in.plan.state.own
	s.Others = append(s.Others, in.plan.others...)
	for _, c := range in.plan.changes {
		f := changeFinding{
			Address: c.address, Removed: c.attribute == "", Desktop: c.desktop, Attribute: c.attribute,
			Before: c.before, After: c.after, Sensitive: c.hidden,
		}
		if e := find(in.ignore, func(e *ignoreEntry) bool { return e.changed(c) }); e != nil {
			f.ignoredBy = &ignoredBy{e.Reason, e.Expires}
			s.Ignored = append(s.Ignored, f)
			continue
		}
		s.Findings = append(s.Findings, f)
	}
	return s
}

// unmanaged compares the listed desktops with the state. A desktop in several
// lists is reported once, for the first list.
func (in *input) unmanaged() unmanagedSection {
	s := unmanagedSection{Warnings: []string{}, Findings: []unmanagedFinding{}, Ignored: []unmanagedFinding{}}
	if in.plan == nil || in.plan.failed {
		return s // The state may be incomplete.
	}
	all, lists := in.plan.state.listed, in.plan.state.lists
	s.Checked = !in.plan.state.listFailed
	if in.query != nil {
		all, lists = slices.Concat(all, in.query.listed), lists+in.query.lists
		s.Checked = s.Checked && len(in.query.problems) == 0
		s.Warnings = append(s.Warnings, in.query.warnings...)
	}
	s.Checked = s.Checked && lists > 0
	s.unasked = lists == 0 && in.query == nil
	seen := map[identity]bool{}
	for _, l := range all {
		if seen[l.identity] {
			continue
		}
		seen[l.identity] = true
		s.Listed++
		if in.plan.state.managed[l.identity] {
			continue
		}
		f := unmanagedFinding{Username: l.username, UUID: l.uuid, Name: l.name, ListedBy: l.by, Sensitive: l.hidden, Order: in.orderOf(l.uuid)}
		if l.hidden {
			f.Username, f.Name = "", ""
		}
		if e := find(in.ignore, func(e *ignoreEntry) bool { return e.unmanaged(l) }); e != nil {
			f.ignoredBy = &ignoredBy{e.Reason, e.Expires}
			s.Ignored = append(s.Ignored, f)
			continue
		}
		s.Findings = append(s.Findings, f)
	}
	return s
}

// orderOf returns the open order that led to a desktop.
func (in *input) orderOf(uuid string) string {
	for _, o := range in.orders {
		if o.DesktopUUID == uuid {
			return o.Ref
		}
	}
	return ""
}

func (in *input) notVisible() notVisibleSection {
	if in.plan == nil {
		return notVisibleSection{}
	}
	state := in.plan.state
	return notVisibleSection{state.desktops, state.withoutDisk, state.policies, state.passwords}
}

func (in *input) ignored() ignoreSection {
	s := ignoreSection{Expired: []ignoreEntry{}, Unused: []ignoreEntry{}}
	for _, e := range in.ignore {
		switch {
		case e.expired:
			s.Expired = append(s.Expired, *e)
		case !e.used:
			s.Unused = append(s.Unused, *e)
		}
	}
	return s
}
