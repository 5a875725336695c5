package awskeys

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

const (
	machineHost     = "http://169.254.169.254"
	machineHostIPv6 = "http://[fd00:ec2::254]"
	rolesPath       = "/latest/meta-data/iam/security-credentials/"
)

// findMachine asks the metadata service of a virtual machine.
// API: PUT /latest/api/token, GET /latest/meta-data/iam/security-credentials/{role}
func (c *chain) findMachine(ctx context.Context) (Value, error) {
	if strings.EqualFold(c.Getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		return Value{}, errors.New("AWS_EC2_METADATA_DISABLED is set")
	}
	token, err := c.machineToken(ctx)
	if err != nil {
		return Value{}, err
	}
	roles, err := c.metadata(ctx, rolesPath, token)
	if failed, ok := errors.AsType[*fetchError](err); ok && failed.status == http.StatusNotFound {
		return Value{}, errors.New("the machine has no role")
	}
	if err != nil {
		return Value{}, err
	}
	role, _, _ := strings.Cut(strings.TrimSpace(string(roles)), "\n")
	if role == "" {
		return Value{}, errors.New("the machine has no role")
	}
	body, err := c.metadata(ctx, rolesPath+url.PathEscape(role), token)
	if err != nil {
		return Value{}, err
	}
	return parseJSON(c.machineEndpoint(), body)
}

// machineToken returns the token of the session, or none if the service is of the
// first version, or too many hops away for an answer with a token.
func (c *chain) machineToken(ctx context.Context) (string, error) {
	req, err := newRequest(ctx, http.MethodPut, c.machineEndpoint()+"/latest/api/token", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
	token, err := fetch(c.local, req, nil)
	failed, ok := errors.AsType[*fetchError](err)
	if !ok {
		return string(token), err
	}
	var late interface{ Timeout() bool }
	firstVersion := failed.status == http.StatusForbidden || failed.status == http.StatusNotFound || failed.status == http.StatusMethodNotAllowed ||
		failed.status == 0 && errors.As(failed.err, &late) && late.Timeout()
	if firstVersion && !strings.EqualFold(c.Getenv("AWS_EC2_METADATA_V1_DISABLED"), "true") {
		return "", nil
	}
	return "", err
}

func (c *chain) metadata(ctx context.Context, path, token string) ([]byte, error) {
	req, err := newRequest(ctx, http.MethodGet, c.machineEndpoint()+path, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("X-Aws-Ec2-Metadata-Token", token)
	}
	return fetch(c.local, req, nil)
}

func (c *chain) machineEndpoint() string {
	switch endpoint := c.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"); {
	case endpoint != "":
		return strings.TrimRight(endpoint, "/")
	case strings.EqualFold(c.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), "IPv6"):
		return machineHostIPv6
	}
	return machineHost
}
