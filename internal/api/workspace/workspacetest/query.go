package workspacetest

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

const midnight = "2020-04-24T00:00:00Z"

// at returns a time in the minute of the login with this number.
func at(number, second int) string {
	start, _ := time.Parse(time.RFC3339, midnight)
	return start.Add(time.Duration(number)*time.Minute + time.Duration(second)*time.Second).Format(time.RFC3339)
}

// query is a parsed query.
type query struct {
	offset, limit int
	texts         map[string]string
	start, end    time.Time
	rtt           [2]*int
}

var (
	timeForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\dZ$`)
	number   = regexp.MustCompile(`^\d{1,9}$`)
)

func parseQuery(raw string) (query, error) {
	q := query{limit: 20, texts: map[string]string{}}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, err
	}
	for name, given := range values {
		if len(given) != 1 || given[0] == "" {
			return q, fmt.Errorf("%s must have one value", name)
		}
		if err := q.set(name, given[0]); err != nil {
			return q, err
		}
	}
	if q.start.IsZero() != q.end.IsZero() {
		return q, errors.New("start_time and end_time require each other")
	}
	if q.end.Before(q.start) {
		return q, errors.New("end_time is before start_time")
	}
	if q.rtt[0] != nil && q.rtt[1] != nil && *q.rtt[0] > *q.rtt[1] {
		return q, errors.New("min_network_rtt is greater than max_network_rtt")
	}
	return q, nil
}

func (q *query) set(name, value string) error {
	switch name {
	case "user_name", "computer_name", "terminal_type", "enterprise_project_id":
		q.texts[name] = value
		return nil
	case "start_time", "end_time":
		t, err := time.Parse("2006-01-02T15:04Z", value)
		if err != nil || !timeForm.MatchString(value) {
			return fmt.Errorf("%s must be like 2016-08-20T21:11Z", name)
		}
		if name == "start_time" {
			q.start = t
		} else {
			q.end = t
		}
		return nil
	}
	if !number.MatchString(value) {
		return fmt.Errorf("%s must be a whole number", name)
	}
	n, _ := strconv.Atoi(value)
	switch name {
	case "offset":
		q.offset = n
	case "limit":
		if q.limit = n; n > 1000 {
			return errors.New("limit must be between 0 and 1000")
		}
	case "min_network_rtt":
		q.rtt[0] = &n
	case "max_network_rtt":
		q.rtt[1] = &n
	default:
		return fmt.Errorf("%s is not a parameter of this call", name)
	}
	return nil
}

func (q query) filters() bool {
	return len(q.texts) > 0 || !q.start.IsZero() || q.rtt[0] != nil || q.rtt[1] != nil
}

func (q query) matches(r Record) bool {
	for name, want := range q.texts {
		if r[name] != want {
			return false
		}
	}
	if !q.start.IsZero() {
		text, _ := r["connection_start_time"].(string)
		began, err := time.Parse(time.RFC3339, text)
		if err != nil || began.Before(q.start) || began.After(q.end) {
			return false
		}
	}
	rtt, _ := r["e2e_rtt"].(int)
	return (q.rtt[0] == nil || rtt >= *q.rtt[0]) && (q.rtt[1] == nil || rtt <= *q.rtt[1])
}
