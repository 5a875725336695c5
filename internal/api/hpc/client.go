// Package hpc is a client of the HPC portal. It lists the VNC sessions on the
// nodes of the portal.
package hpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// Config is the configuration of a Client.
type Config struct {
	// Endpoint is the base address of the portal.
	Endpoint *url.URL
	// HTTP sends the requests.
	HTTP *http.Client
	// Token is sent with every request.
	Token string
	// Retry is the waiting time between attempts.
	Retry api.RetryPolicy
	// Unavailable, if set, is the error of every call.
	Unavailable error
}

// Client is a client of one portal. Its methods may be called concurrently.
type Client struct {
	api   api.Client
	token string
}

// New returns a client. It sends no request.
func New(config Config) *Client {
	return &Client{token: config.Token, api: api.Client{
		Service:     "hpc",
		Endpoint:    config.Endpoint,
		HTTP:        config.HTTP,
		Header:      http.Header{"Token": {config.Token}},
		Secrets:     []string{config.Token},
		Retry:       config.Retry,
		Unavailable: config.Unavailable,
	}}
}

// Session is a VNC session on a node of the portal.
type Session struct {
	ID string
	// CreateDate is a local time of the portal, such as "2023-02-02 11:59:45".
	// It is empty if the portal does not report it.
	CreateDate string
	Hostname   string
	Job        string
	// Width and Height are the size of its screen in pixels, nil if the portal does
	// not report it.
	Width, Height *int64
	Name          string
	SID           string
	User          string
	IP            string
	SessionID     string
}

// Sessions returns all VNC sessions of the portal. While requests are
// throttled, it retries until ctx ends.
//
// API: GET /hpc/openapi/v2/desktop/vnc
func (c *Client) Sessions(ctx context.Context) ([]Session, error) {
	return api.Retry(ctx, c.api.Retry, api.RetryWhileBusy, c.sessions)
}

func (c *Client) sessions(ctx context.Context) ([]Session, error) {
	call := api.Call{Method: http.MethodGet, Path: "/hpc/openapi/v2/desktop/vnc"}
	answer, err := c.api.Send(ctx, call)
	if err != nil {
		return nil, c.explain(err)
	}
	var body struct {
		Code text `json:"code"`
		Msg  text `json:"msg"`
		Data *struct {
			Total json.Number    `json:"total"`
			List  *[]wireSession `json:"list"`
		} `json:"data"`
	}
	err = json.Unmarshal(answer.Body, &body)
	switch {
	case body.Code == "" && !json.Valid(answer.Body):
		return nil, c.explain(c.api.MalformedResponse(call, answer, "the answer is not a JSON document"))
	case body.Code == "":
		return nil, c.explain(c.api.MalformedResponse(call, answer, "the answer lacks a code"))
	case body.Code != success:
		kind, message, hint := explainCode(string(body.Code), string(body.Msg), answer.Status)
		e := c.api.ServiceError(call, answer, kind, string(body.Code), message)
		e.Hint = hint
		return nil, c.explain(e)
	case err != nil:
		return nil, c.api.MalformedResponse(call, answer, "the answer cannot be understood: "+err.Error())
	case body.Data == nil || body.Data.List == nil:
		return nil, c.api.MalformedResponse(call, answer, "the answer lacks data.list")
	}
	list := *body.Data.List
	if total := body.Data.Total; total != "" && total != json.Number(strconv.Itoa(len(list))) {
		// The call has no pages, so the missing sessions cannot be requested.
		return nil, c.api.MalformedResponse(call, answer, fmt.Sprintf("the answer says that there are %s sessions and lists %d", total, len(list)))
	}
	sessions := make([]Session, len(list))
	for i, w := range list {
		if sessions[i], err = w.session(); err != nil {
			return nil, c.api.ServiceError(call, answer, api.Other, "", fmt.Sprintf("session %d of the answer (id %q) %v", i+1, w.ID, err))
		}
	}
	return sessions, nil
}

// explain adds a hint to an error if the token has expired. The portal has no
// error code for that. The token is not checked before the request, because the
// clock of this machine may be wrong.
func (c *Client) explain(err error) error {
	var e *api.Error
	if !errors.As(err, &e) || e.Status == 0 || e.Kind == api.Throttled {
		return err
	}
	if expiry, ok := tokenExpiry(c.token); ok && time.Now().After(expiry) {
		e.Kind = api.Denied
		e.Hint = fmt.Sprintf("The token expired on %s, as its payload says. Get a new one from the portal and set it as token in the hpc block.",
			expiry.UTC().Format("2006-01-02 at 15:04:05 UTC"))
	}
	return err
}
