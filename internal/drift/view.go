package drift

// section is a part of the report in the form in which people read it. Every
// format but JSON prints sections.
type section struct {
	title string
	// id names the section in formats that machines read.
	id string
	// status says in a few words what the check of the section gave.
	status string
	// unchecked says that nothing is known.
	unchecked bool
	findings  []item
	ignored   []item
	notes     []string
}

// item is a finding: what it is about, and what of it.
type item struct {
	subject, detail string
}

// conclude sets the status of a section whose findings are complete.
func (s *section) conclude(basis string) {
	switch {
	case s.unchecked && len(s.findings) == 0:
		s.status = "not checked"
	case s.unchecked:
		s.status = "not complete, " + count(len(s.findings), "finding") + " so far"
	case basis == "":
		s.status = count(len(s.findings), "finding")
	default:
		s.status = count(len(s.findings), "finding") + ", " + basis
	}
}

func (i item) String() string { return i.subject + ": " + i.detail }

// sections returns all four, whatever was found.
func (r *Report) sections() []section {
	return []section{r.Changed.view(r.Ignore), r.Unmanaged.view(r.Ignore), r.Orders.view(), r.NotVisible.view()}
}
