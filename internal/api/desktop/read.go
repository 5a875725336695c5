package desktop

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// Desktop is a desktop of a user.
type Desktop struct {
	UUID string `json:"desktop_uuid"`
	Name string `json:"desktop_name"`
}

// Volume is a data disk of a desktop.
type Volume struct {
	UUID      string
	Name      string
	SizeBytes int64
	Status    string
}

// list is what the service says of a user's desktops: one request, and its
// answer, for all who ask until a desktop is ordered for that user.
type list struct {
	read     chan struct{} // Closed when desktops and err are set.
	desktops []Desktop
	err      error
	readers  int
	stop     context.CancelCauseFunc
}

// UserDesktops returns the desktops of a user. Readers of one user share one
// request, and its answer until a desktop is ordered for that user; a failure
// is not kept. An unknown user is an error or an empty list, as the deployment
// has it.
//
// API: GET /api/user/{username}/desktops
func (c *Client) UserDesktops(ctx context.Context, username string) ([]Desktop, error) {
	call := api.Call{Method: http.MethodGet, Path: "/api/user/{username}/desktops", Params: []string{username}}
	l := c.join(ctx, call, username)
	select {
	case <-l.read:
	case <-ctx.Done():
		if !c.leave(ctx, l, username) {
			return nil, &api.Error{Service: c.api.Service, Operation: call.Operation(), Err: context.Cause(ctx)}
		}
		<-l.read
	}
	return slices.Clone(l.desktops), l.err
}

// join returns the list of a user, and begins to read it if nobody has.
func (c *Client) join(ctx context.Context, call api.Call, username string) *list {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lists[username]
	if l == nil {
		// The request is everybody's: it ends when its last reader leaves, not the first.
		shared, stop := context.WithCancelCause(context.WithoutCancel(ctx))
		l = &list{read: make(chan struct{}), stop: stop}
		c.lists[username] = l
		go func() {
			defer stop(nil)
			defer close(l.read)
			l.desktops, l.err = getList(shared, c, call, func(d Desktop) (Desktop, bool) { return d, d.UUID != "" })
			if l.err != nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.drop(username, l)
			}
		}()
	}
	l.readers++
	return l
}

// leave reports whether it was the last reader who left: then the reading ends,
// and its error says what it was waiting for.
func (c *Client) leave(ctx context.Context, l *list, username string) (last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.readers--; l.readers > 0 {
		return false
	}
	c.drop(username, l)
	l.stop(context.Cause(ctx))
	return true
}

// drop takes a list off those that are kept, unless another is in its place.
// c.mu is held.
func (c *Client) drop(username string, l *list) {
	if c.lists[username] == l {
		delete(c.lists, username)
	}
}

// forget drops what is known of a user's desktops. What is being read goes to
// those who wait for it already, and is not kept.
func (c *Client) forget(username string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.lists, username)
}

// Volumes returns the data disks of a desktop.
//
// API: GET /api/desktop/{uuid}/volumes
func (c *Client) Volumes(ctx context.Context, desktopUUID string) ([]Volume, error) {
	type wire struct {
		UUID   string `json:"volume_uuid"`
		Name   string `json:"volume_name"`
		Size   *size  `json:"volume_size"`
		Status string `json:"volume_status"`
	}
	return getList(ctx, c, api.Call{
		Method: http.MethodGet, Path: "/api/desktop/{uuid}/volumes", Params: []string{desktopUUID},
	}, func(v wire) (Volume, bool) {
		if v.UUID == "" || v.Size == nil {
			return Volume{}, false
		}
		return Volume{UUID: v.UUID, Name: v.Name, SizeBytes: int64(*v.Size), Status: v.Status}, true
	})
}

// getList gets a list and converts its elements; check says which are complete.
func getList[W, T any](ctx context.Context, c *Client, call api.Call, check func(W) (T, bool)) ([]T, error) {
	data, err := c.send(ctx, call)
	if err != nil {
		return nil, err
	}
	var wire []W
	if err := json.Unmarshal(data, &wire); err != nil {
		return nil, c.malformed(call, data, typeMismatch("the answer's data", err).Error())
	}
	list := make([]T, len(wire))
	for i, w := range wire {
		var ok bool
		if list[i], ok = check(w); !ok {
			return nil, c.malformed(call, data, fmt.Sprintf("element %d of the answer's data lacks a required field", i))
		}
	}
	return list, nil
}

// malformed is the error for data of a successful answer that makes no sense.
func (c *Client) malformed(call api.Call, data []byte, why string) error {
	return c.api.MalformedResponse(call, &api.Answer{Status: http.StatusOK, Body: data}, why)
}
