package drift

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// query is the part of a query that the check needs.
type query struct {
	listed []listed
	lists  int
	// warnings are the warnings about the lists.
	warnings []string
	// problems are the reasons why the query does not show all desktops.
	problems []string
}

// message is a line of "terraform query -json".
type message struct {
	Type  string `json:"type"`
	Level string `json:"@level"`
	UI    string `json:"ui"`
	Start struct {
		queryBlock
		Sensitive []string `json:"sensitive_attribute_paths"`
	} `json:"list_start"`
	Found struct {
		queryBlock
		DisplayName string `json:"display_name"`
		Identity    struct {
			Username string `json:"username"`
			UUID     string `json:"desktop_uuid"`
		} `json:"identity"`
	} `json:"list_resource_found"`
	Complete struct {
		queryBlock
		Total int `json:"total"`
	} `json:"list_complete"`
	Diagnostic struct {
		Severity string `json:"severity"`
		Summary  string `json:"summary"`
		Detail   string `json:"detail"`
		Address  string `json:"address"`
	} `json:"diagnostic"`
}

type queryBlock struct {
	Address string `json:"address"`
	Type    string `json:"resource_type"`
}

// listBlock counts the results of a list block.
type listBlock struct {
	n             int
	hidden, ended bool
	total         int
}

type queryReader struct {
	*query
	versioned bool
	blocks    map[string]*listBlock
}

// readQuery reads the output of "terraform query -json". After an error it
// returns the part before the error.
func readQuery(r io.Reader) (*query, error) {
	q := queryReader{query: &query{}, blocks: map[string]*listBlock{}}
	dec := json.NewDecoder(r)
	for {
		var m message
		err := dec.Decode(&m)
		switch {
		case errors.Is(err, io.EOF):
			return q.query, q.finish()
		case cutShort(err):
			return q.query, errors.New("it is incomplete; write it again with terraform query -json")
		case err != nil && !q.versioned:
			return q.query, errNoQuery
		}
		if err == nil {
			err = q.read(m)
		}
		if err != nil {
			return q.query, err
		}
	}
}

var errNoQuery = errors.New("it is not the output of terraform query -json")

func (q *queryReader) read(m message) error {
	switch {
	case m.Type == "version":
		if !strings.HasPrefix(m.UI, "1.") {
			return fmt.Errorf("its format version is %q, and this version of the provider reads 1.x; use a newer provider", m.UI)
		}
		q.versioned = true
	case m.Type == "diagnostic":
		q.diagnosed(m)
	case !q.versioned:
		return errNoQuery
	case m.Type == "list_start" && m.Start.desktops():
		q.blocks[m.Start.Address] = &listBlock{hidden: len(m.Start.Sensitive) > 0}
	case m.Type == "list_resource_found" && m.Found.desktops():
		return q.found(m)
	case m.Type == "list_complete" && m.Complete.desktops():
		block := q.block(m.Complete.Address)
		block.ended, block.total = true, m.Complete.Total
	}
	return nil
}

func (b queryBlock) desktops() bool { return b.Type == own+"desktop" }

func (q *queryReader) block(address string) *listBlock {
	if q.blocks[address] == nil {
		q.blocks[address] = &listBlock{}
	}
	return q.blocks[address]
}

func (q *queryReader) found(m message) error {
	id := identity{m.Found.Identity.Username, m.Found.Identity.UUID}
	if id.username == "" || id.uuid == "" {
		return fmt.Errorf("a desktop of %s has no username and desktop_uuid; run the query and this check with the same version of the provider", m.Found.Address)
	}
	block := q.block(m.Found.Address)
	block.n++
	q.listed = append(q.listed, listed{id, m.Found.DisplayName, m.Found.Address, block.hidden})
	return nil
}

// LimitWarning is the summary of the provider's warning about a truncated list.
const LimitWarning = "List Ends at Its Limit"

// diagnosed adds errors, and warnings about lists of desktops. A truncated list
// makes the check incomplete. A group without desktops does not.
func (q *queryReader) diagnosed(m message) {
	d := m.Diagnostic
	text := d.Summary + "."
	if first, _, _ := strings.Cut(d.Detail, "\n"); first != "" {
		text += " " + first
	}
	switch {
	case d.Severity == "error", d.Summary == LimitWarning:
		q.problems = append(q.problems, "terraform query reported: "+text)
	case strings.HasPrefix(d.Address, "list."+own):
		q.warnings = append(q.warnings, text)
	}
}

// finish checks that every list is complete.
func (q *queryReader) finish() error {
	if !q.versioned {
		return errNoQuery
	}
	for _, address := range slices.Sorted(maps.Keys(q.blocks)) {
		switch block := q.blocks[address]; {
		case !block.ended:
			q.problems = append(q.problems, "The query of "+address+" did not finish.")
		case block.n != block.total:
			q.problems = append(q.problems, fmt.Sprintf("%s found %d desktops, and the file contains %d of them.", address, block.total, block.n))
		}
	}
	q.lists = len(q.blocks)
	if q.lists == 0 && len(q.problems) == 0 {
		return errors.New(`it lists no desktops; write a block list "clouddesktop_desktop" into a file that ends in .tfquery.hcl`)
	}
	return nil
}
