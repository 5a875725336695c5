package drift

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// own is how the types of this provider begin, wherever it was installed from.
const own = "clouddesktop_"

// plan is what the check needs of a plan.
type plan struct {
	changes []change
	// others are the addresses of drifted resources of other providers.
	others []string
	state  state
	// failed says that the state may lack resources.
	failed bool
	// partial says that not everything was compared.
	partial bool
	// problems say why the plan does not show everything.
	problems []string
}

// readPlan reads the output of "terraform show -json PLAN". After an error it
// returns what came before the error.
func readPlan(r io.Reader) (*plan, error) {
	p := planReader{stream: newStream(r), plan: &plan{state: newState()}}
	err := p.object(p.field)
	if err == nil {
		err = p.end()
	}
	switch {
	case cutShort(err):
		err = errors.New("it ends in the middle; write it again with terraform show -json PLAN")
	case !p.versioned:
		err = errNoPlan
	}
	return p.plan, err
}

var errNoPlan = errors.New("it is not a plan in JSON; write it with terraform show -json PLAN, where PLAN is the file of terraform plan -refresh-only -out=PLAN")

type planReader struct {
	stream
	*plan
	versioned bool
	changing  bool
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
		var err error
		p.failed, err = p.flag(true, "The plan failed, so it does not show everything. The output of terraform plan says why.")
		return err
	case "complete":
		_, err := p.flag(false, "The plan is not complete. Make it without -target and -exclude, and with a configuration in which nothing is deferred.")
		return err
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

// flag reads a boolean, adds the problem if it has this value, and reports that. Terraform
// before 1.8 and OpenTofu do not write every flag.
func (p *planReader) flag(bad bool, problem string) (bool, error) {
	var value bool
	if err := p.Decode(&value); err != nil {
		return false, err
	}
	if value == bad {
		p.partial = true
		p.problems = append(p.problems, problem)
	}
	return value == bad, nil
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

// planned looks for a change that a refresh-only plan never has. Only such a
// plan is certain to have compared everything: with -refresh=false no other
// plan would show any drift.
func (p *planReader) planned() error {
	var r struct {
		Mode string `json:"mode"`
	}
	if err := p.Decode(&r); err != nil {
		return err
	}
	if r.Mode == "managed" && !p.changing {
		p.changing, p.partial = true, true
		p.problems = append(p.problems, "The plan was not made with -refresh-only, so nothing shows whether it compared the state with the service.")
	}
	return nil
}
