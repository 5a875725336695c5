package s3

import (
	"context"
	"errors"
	"net/http"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials"
)

// call sends a request until it is answered. All calls are idempotent: a PUT has
// a condition or replaces a heartbeat, and deleting an object twice is not an
// error.
func (c *client) call(ctx context.Context, r request) (answer, error) {
	return inbox.Retry(ctx, c.pause, func() (answer, error) { return c.send(ctx, r) }, temporary)
}

// temporary reports whether a retry may succeed.
func temporary(err error) bool {
	if _, ok := errors.AsType[*unreachableError](err); ok {
		return true
	}
	if missing, ok := errors.AsType[*awscredentials.Error](err); ok {
		return missing.Temporary()
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	if e.renewed {
		return true
	}
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusConflict:
		// Two conditional writes were in conflict, and neither was carried out.
		// A server that stores objects as files also answers this while it
		// removes an empty folder.
		return e.Code == "ConditionalRequestConflict" || e.Code == "OperationAborted" || e.Code == "ExistingObjectIsDirectory"
	case http.StatusBadRequest:
		return e.Code == "RequestTimeout"
	}
	return false
}
