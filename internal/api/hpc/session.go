package hpc

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// wireSession is a session as the portal sends it: every field is a string.
type wireSession struct {
	ID         text `json:"id"`
	CreateDate text `json:"createDate"`
	Hostname   text `json:"hostname"`
	Job        text `json:"jobs"` // The value is one job, although the name is a plural.
	Height     text `json:"length"`
	Width      text `json:"width"`
	Name       text `json:"name"`
	SID        text `json:"sid"`
	User       text `json:"user"`
	IP         text `json:"ip"`
	SessionID  text `json:"sessionId"`
}

func (w wireSession) session() (Session, error) {
	if _, err := time.Parse(time.DateTime, string(w.CreateDate)); err != nil && w.CreateDate != "" {
		return Session{}, fmt.Errorf("has createDate %q, which is not a date such as 2006-01-02 15:04:05", w.CreateDate)
	}
	width, err := pixels("width", w.Width)
	if err != nil {
		return Session{}, err
	}
	height, err := pixels("length", w.Height)
	if err != nil {
		return Session{}, err
	}
	return Session{
		ID:         string(w.ID),
		CreateDate: string(w.CreateDate),
		Hostname:   string(w.Hostname),
		Job:        string(w.Job),
		Width:      width,
		Height:     height,
		Name:       string(w.Name),
		SID:        string(w.SID),
		User:       string(w.User),
		IP:         string(w.IP),
		SessionID:  string(w.SessionID),
	}, nil
}

// pixels returns nil for an empty value, because the portal does not know the
// size of all sessions.
func pixels(field string, value text) (*int64, error) {
	if value == "" {
		return nil, nil //nolint:nilnil // Null is the value.
	}
	n, err := strconv.ParseInt(string(value), 10, 32)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("has %s %q, which is not a number of pixels", field, value)
	}
	return &n, nil
}

// text is a JSON string. A number is accepted too, where the document says that
// the string contains a number.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	if n := json.Number(raw); raw[0] != '"' {
		if _, err := n.Float64(); err == nil {
			*t = text(n)
			return nil
		}
	}
	return json.Unmarshal(raw, (*string)(t))
}
