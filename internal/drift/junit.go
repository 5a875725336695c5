package drift

import (
	"encoding/xml"
	"fmt"
	"io"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func outcome(text string) *junitOutcome { return &junitOutcome{text, text} }

// writeJUnit writes a test suite for each section: a failure for each finding,
// and a skipped test for each ignored finding or unchecked section.
func writeJUnit(w io.Writer, r *Report) error {
	report := junitReport{Name: "drift"}
	report.add("Check", r.problemCases())
	for _, s := range r.sections() {
		report.add(s.title, s.cases())
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r *Report) problemCases() []junitCase {
	cases := make([]junitCase, 0, 1+len(r.Problems)+len(r.Ignore.Unused))
	for i, problem := range r.Problems {
		cases = append(cases, junitCase{Class: "check", Name: fmt.Sprintf("problem %d", i+1), Error: outcome(plain(problem))})
	}
	if len(cases) == 0 {
		cases = append(cases, junitCase{Class: "check", Name: "complete"})
	}
	for _, e := range r.Ignore.Unused {
		cases = append(cases, junitCase{Class: "check", Name: "ignore entry " + e.subject(), Skipped: outcome("unused")})
	}
	return cases
}

func (s section) cases() []junitCase {
	cases := []junitCase{{Class: s.id, Name: s.title}}
	if s.unchecked {
		cases[0].Skipped = outcome(s.status)
	}
	for _, f := range s.findings {
		cases = append(cases, junitCase{Class: s.id, Name: f.subject, Failure: outcome(f.detail)})
	}
	for _, f := range s.ignored {
		cases = append(cases, junitCase{Class: s.id, Name: f.subject, Skipped: outcome(f.detail)})
	}
	for _, note := range s.notes {
		cases = append(cases, junitCase{Class: s.id, Name: note, Skipped: outcome("note")})
	}
	return cases
}

func (r *junitReport) add(name string, cases []junitCase) {
	suite := junitSuite{Name: name, Tests: len(cases), Cases: cases}
	for _, c := range cases {
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Error != nil:
			suite.Errors++
		case c.Skipped != nil:
			suite.Skipped++
		}
	}
	r.Tests += suite.Tests
	r.Failures += suite.Failures
	r.Errors += suite.Errors
	r.Skipped += suite.Skipped
	r.Suites = append(r.Suites, suite)
}
