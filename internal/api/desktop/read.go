package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
)

// Desktop is a desktop of a user.
type Desktop struct {
	UUID string
	Name string
}

type wireDesktop struct {
	UUID answer.Text `json:"desktop_uuid"`
	Name answer.Text `json:"desktop_name"`
}

func (w wireDesktop) desktop() (Desktop, bool) {
	uuid := strings.TrimSpace(string(w.UUID))
	return Desktop{UUID: uuid, Name: string(w.Name)}, uuid != ""
}

// Volume is a data disk of a desktop.
type Volume struct {
	UUID      string
	Name      string
	SizeBytes int64
	Status    string
}

// list is the list of a user's desktops. All readers share one request and its
// answer, until a desktop is ordered for that user.
type list struct {
	read     chan struct{} // Closed when desktops and err are set.
	desktops []Desktop
	byUUID   map[string]Desktop
	err      error
	readers  int
	stop     context.CancelCauseFunc
}

// UserDesktops returns the desktops of a user. Readers of one user share one
// request and its answer, until a desktop is ordered for that user. Errors are
// not cached. Whether an unknown user is an error or an empty list depends on
// the deployment.
//
// API: GET /api/user/{username}/desktops
func (c *Client) UserDesktops(ctx context.Context, username string) ([]Desktop, error) {
	l, err := c.userList(ctx, username)
	if err != nil {
		return nil, err
	}
	return slices.Clone(l.desktops), nil
}

// UserDesktop returns one desktop of a user, and false if the list does not
// contain it. It shares the list with UserDesktops.
//
// API: GET /api/user/{username}/desktops
func (c *Client) UserDesktop(ctx context.Context, username, uuid string) (Desktop, bool, error) {
	l, err := c.userList(ctx, username)
	if err != nil {
		return Desktop{}, false, err
	}
	found, ok := l.byUUID[uuid]
	return found, ok, nil
}

// errNotListed is the error of WaitListed while the list does not contain the
// desktop.
var errNotListed = errors.New("the list of the user's desktops does not contain the desktop")

// WaitListed waits until the list of a user's desktops contains a desktop,
// because the service may list it some time after the order. Errors of listing
// are retried until ctx ends.
//
// API: GET /api/user/{username}/desktops
func (c *Client) WaitListed(ctx context.Context, username, uuid string) (Desktop, error) {
	retry := func(error) api.Decision { return api.RetryOn }
	return api.Retry(ctx, c.api.Retry, retry, func(ctx context.Context) (Desktop, error) {
		found, ok, err := c.UserDesktop(ctx, username, uuid)
		if err == nil && !ok {
			c.invalidate(username)
			err = errNotListed
		}
		return found, err
	})
}

// userList returns the list of a user. The caller must not change it.
func (c *Client) userList(ctx context.Context, username string) (*list, error) {
	call := api.Call{Method: http.MethodGet, Path: "/api/user/{username}/desktops", Params: []string{username}}
	l := c.acquire(ctx, call, username)
	select {
	case <-l.read:
	case <-ctx.Done():
		if !c.release(ctx, l, username) {
			return nil, &api.Error{Service: c.api.Service, Operation: call.Operation(), Err: context.Cause(ctx)}
		}
		<-l.read
	}
	return l, l.err
}

// acquire returns the list of a user, and starts to read it if it is not
// cached.
func (c *Client) acquire(ctx context.Context, call api.Call, username string) *list {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lists[username]
	if l == nil {
		// The request is shared: it is cancelled when its last reader leaves.
		shared, stop := context.WithCancelCause(context.WithoutCancel(ctx))
		l = &list{read: make(chan struct{}), stop: stop}
		c.lists[username] = l
		go func() {
			defer stop(nil)
			defer close(l.read)
			l.desktops, l.err = getList(shared, c, call, wireDesktop.desktop)
			l.byUUID = make(map[string]Desktop, len(l.desktops))
			for _, d := range l.desktops {
				l.byUUID[d.UUID] = d
			}
			if l.err != nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.evict(username, l)
			}
		}()
	}
	l.readers++
	return l
}

// release removes a reader. It reports whether it was the last one; then the
// request is cancelled, and its error shows what it was waiting for.
func (c *Client) release(ctx context.Context, l *list, username string) (last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.readers--; l.readers > 0 {
		return false
	}
	c.evict(username, l)
	l.stop(context.Cause(ctx))
	return true
}

// evict removes a list from the cache, unless another one has replaced it. The
// caller holds c.mu.
func (c *Client) evict(username string, l *list) {
	if c.lists[username] == l {
		delete(c.lists, username)
	}
}

// invalidate removes the list of a user from the cache. A list that is being
// read is still returned to its readers, but not cached.
func (c *Client) invalidate(username string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.lists, username)
}

// Volumes returns the data disks of a desktop.
//
// API: GET /api/desktop/{uuid}/volumes
func (c *Client) Volumes(ctx context.Context, desktopUUID string) ([]Volume, error) {
	type wire struct {
		UUID   answer.Text `json:"volume_uuid"`
		Name   answer.Text `json:"volume_name"`
		Size   *size       `json:"volume_size"`
		Status answer.Text `json:"volume_status"`
	}
	return getList(ctx, c, api.Call{
		Method: http.MethodGet, Path: "/api/desktop/{uuid}/volumes", Params: []string{desktopUUID},
	}, func(v wire) (Volume, bool) {
		if v.UUID == "" || v.Size == nil {
			return Volume{}, false
		}
		return Volume{UUID: string(v.UUID), Name: string(v.Name), SizeBytes: int64(*v.Size), Status: string(v.Status)}, true
	})
}

// getList gets a list and converts its elements. check reports whether an
// element is complete.
func getList[W, T any](ctx context.Context, c *Client, call api.Call, check func(W) (T, bool)) ([]T, error) {
	data, err := c.send(ctx, call)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return nil, c.malformed(call, nil, "the answer lacks data")
	}
	var wire []W
	if err := json.Unmarshal(data, &wire); err != nil {
		return nil, c.malformed(call, data, answer.TypeMismatch("the answer's data", err).Error())
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

// malformed returns the error for invalid data in a successful answer.
func (c *Client) malformed(call api.Call, data []byte, reason string) error {
	return c.api.MalformedResponse(call, &api.Answer{Status: http.StatusOK, Body: data}, reason)
}
