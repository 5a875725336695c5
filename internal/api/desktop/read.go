package desktop

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

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

// sharedRead bounds a list that several readers share, each of whom may leave
// earlier.
const sharedRead = 2 * time.Minute

// lists remembers the desktops of users until a write.
type lists struct {
	mu       sync.Mutex
	known    map[string][]Desktop
	writings map[string]int // how often a user's list was dropped
}

// UserDesktops returns the desktops of a user. Readers of one user share one
// request, and its answer until a desktop is ordered for that user.
// An unknown user is an error or an empty list, as the deployment has it.
//
// API: GET /api/user/{username}/desktops
func (c *Client) UserDesktops(ctx context.Context, username string) ([]Desktop, error) {
	c.lists.mu.Lock()
	known, ok := c.lists.known[username]
	c.lists.mu.Unlock()
	if ok {
		return slices.Clone(known), nil
	}
	result := c.reads.DoChan(username, func() (any, error) {
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), sharedRead)
		defer cancel()
		return c.readUserDesktops(shared, username)
	})
	select {
	case r := <-result:
		if r.Err != nil {
			return nil, r.Err
		}
		return slices.Clone(r.Val.([]Desktop)), nil //nolint:forcetypeassert // The function above returns nothing else.
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (c *Client) readUserDesktops(ctx context.Context, username string) ([]Desktop, error) {
	c.lists.mu.Lock()
	before := c.lists.writings[username]
	c.lists.mu.Unlock()
	desktops, err := getList(ctx, c, api.Call{
		Method: http.MethodGet, Path: "/api/user/{username}/desktops", Params: []string{username},
	}, func(d Desktop) (Desktop, bool) { return d, d.UUID != "" })
	if err != nil {
		return nil, err
	}
	c.lists.mu.Lock()
	defer c.lists.mu.Unlock()
	if c.lists.writings[username] == before {
		if c.lists.known == nil {
			c.lists.known = map[string][]Desktop{}
		}
		c.lists.known[username] = desktops
	}
	return desktops, nil
}

// forget drops what is known of a user's desktops, and what is being read.
func (c *Client) forget(username string) {
	c.lists.mu.Lock()
	defer c.lists.mu.Unlock()
	if c.lists.writings == nil {
		c.lists.writings = map[string]int{}
	}
	c.lists.writings[username]++
	maps.DeleteFunc(c.lists.known, func(name string, _ []Desktop) bool { return name == username })
	c.reads.Forget(username)
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
		return nil, c.malformed(call, data, fmt.Sprintf("the answer's data cannot be understood: %v", err))
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
	return c.api.Unexpected(call, &api.Answer{Status: http.StatusOK, Body: data}, why)
}
