package drift

// section is a part of the report for readers. All formats except JSON print
// sections.
type section struct {
	title string
	// id identifies the section in machine-readable formats.
	id string
	// status is the result of the section in a few words.
	status string
	// unchecked reports whether the section was not checked.
	unchecked bool
	findings  []item
	ignored   []item
	notes     []string
}

// item is a finding, with its subject and its details.
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

// sections returns all four sections.
func (r *Report) sections() []section {
	return []section{r.Changed.view(r.Ignore), r.Unmanaged.view(r.Ignore), r.Orders.view(), r.NotVisible.view()}
}
