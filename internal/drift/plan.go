package drift

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// own is the prefix of the types of this provider.
const own = "clouddesktop_"

// plan is the part of a plan that the check needs.
type plan struct {
	changes []change
	// others are the addresses of drifted resources of other providers.
	others []string
	state  state
	// failed reports whether the state may be incomplete.
	failed bool
	// partial reports whether the plan is incomplete.
	partial bool
	// problems are the reasons why the plan does not show all changes.
	problems []string
}

// readPlan reads the output of "terraform show -json PLAN". After an error it
// returns the part before the error.
func readPlan(r io.Reader) (*plan, error) {
	p := planReader{stream: newStream(r), plan: &plan{state: newState()}, complete: true}
	err := p.object(p.field)
	if err == nil {
		err = p.end()
	}
	switch {
	case cutShort(err):
		err = errors.New("it is incomplete; write it again with terraform show -json PLAN")
	case !p.versioned:
		err = errNoPlan
	}
	p.judge()
	return p.plan, err
}

// judge adds the problems of a plan that does not compare all resources.
func (p *planReader) judge() {
	problem := ""
	switch {
	case p.errored:
		p.failed = true
		problem = "The plan failed, so it does not show everything. The output of terraform plan says why."
	case !p.complete:
		problem = "The plan is not complete. Make it without -target and -exclude, and with a configuration in which nothing is deferred."
	case p.changing:
		// A normal plan may have been made with -refresh=false and show no
		// drift.
		problem = "The plan was not made with -refresh-only, so nothing shows whether it compared the state with the service."
	default:
		return
	}
	p.partial = true
	p.problems = append(p.problems, problem)
}

var errNoPlan = errors.New("it is not a plan in JSON; write it with terraform show -json PLAN, where PLAN is the file of terraform plan -refresh-only -out=PLAN")

type planReader struct {
	stream
	*plan
	versioned bool
	changing  bool
	errored   bool
	complete  bool // True unless the plan contains false. Terraform before 1.8 and OpenTofu do not write this field.
}

// field reads one field of the plan. Terraform writes the version first.
func (p *planReader) field(key string) error {
	if key == "format_version" {
		return p.version()
	}
	if !p.versioned {
		return errNoPlan
	}
	switch key {
	case "resource_drift":
		return p.array(p.drifted)
	case "resource_changes":
		return p.array(p.planned)
	case "prior_state":
		return p.priorState()
	case "values":
		return errors.New("it is a state, not a plan; write it with terraform show -json PLAN, where PLAN is the file of terraform plan -refresh-only -out=PLAN")
	case "errored":
		return p.Decode(&p.errored)
	case "complete":
		return p.Decode(&p.complete)
	}
	return p.skip()
}

func (p *planReader) version() error {
	var version string
	if err := p.Decode(&version); err != nil {
		return err
	}
	p.versioned = true
	if !strings.HasPrefix(version, "1.") {
		return fmt.Errorf("its format version is %q, and this version of the provider reads 1.x; use a newer provider", version)
	}
	return nil
}

func (p *planReader) drifted() error {
	var r resourceChange
	if err := p.Decode(&r); err != nil {
		return err
	}
	if !strings.HasPrefix(r.Type, own) {
		if r.differs() {
			p.others = append(p.others, r.Address)
		}
		return nil
	}
	p.changes = append(p.changes, r.changes()...)
	return nil
}

// planned looks for a managed resource with planned values, which a
// refresh-only plan does not have.
func (p *planReader) planned() error {
	var r struct {
		Mode string `json:"mode"`
	}
	if err := p.Decode(&r); err != nil {
		return err
	}
	p.changing = p.changing || r.Mode == "managed"
	return nil
}
