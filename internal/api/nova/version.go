package nova

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// apiVersion is the version that has microversions.
const apiVersion = "v2.1"

var versionInPath = regexp.MustCompile(`(^|/)v2(\.\d+)?(/|$)`)

// versioned returns the URL of the API. If base has no version in its path, it
// asks the service for its versions once. Only the version in the answer is
// used, because the URLs in it may be wrong behind a proxy.
func (c *Client) versioned(ctx context.Context, base *url.URL) (*url.URL, error) {
	if versionInPath.MatchString(base.Path) {
		return base, nil
	}
	c.mu.Lock()
	known := c.found
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	versions, err := c.versions(ctx, base)
	if err != nil {
		return nil, err
	}
	if versions != nil && !slices.Contains(versions, apiVersion) {
		return nil, &api.Error{
			Service: service, Operation: listVersions.Operation(), Address: base.Scheme + "://" + base.Host, Kind: api.Refused,
			Message: fmt.Sprintf("the compute service offers only the versions %s, and the provider requires %s", strings.Join(versions, ", "), apiVersion),
		}
	}
	found := base.JoinPath(apiVersion)
	c.mu.Lock()
	c.found = found
	c.mu.Unlock()
	return found, nil
}

var listVersions = api.Call{Method: http.MethodGet, Path: "/"}

// versions returns the versions that the service offers, or nil if its answer
// does not list them.
//
// API: GET /
func (c *Client) versions(ctx context.Context, base *url.URL) ([]string, error) {
	answer, err := c.client(base).Send(ctx, listVersions)
	if err != nil {
		return nil, err
	}
	var body struct {
		Versions []struct {
			ID string `json:"id"`
		} `json:"versions"`
	}
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		return nil, nil //nolint:nilerr // Any other answer contains no versions.
	}
	var ids []string
	for _, version := range body.Versions {
		ids = append(ids, version.ID)
	}
	return ids, nil
}
