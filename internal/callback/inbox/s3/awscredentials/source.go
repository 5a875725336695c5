package awscredentials

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// source is a source of credentials.
type source struct {
	name     string
	provider credentials.Provider
	// variables select the source if one of them is set. Later sources are not
	// tried then.
	variables []string
	// always means that the source is tried even if none of its variables is
	// set.
	always bool
	// remote means that the source sends requests.
	remote bool
	// incomplete is the hint if the source has no complete credentials.
	incomplete string
}

func (c *chain) sources() []source {
	all := []source{
		{
			name: "environment", provider: &credentials.EnvAWS{},
			variables:  []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
			incomplete: "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither",
		},
		{
			name: "web identity", remote: true,
			provider:  &credentials.IAM{Client: c.config.HTTPClient, Region: c.config.Region, Endpoint: os.Getenv("AWS_ENDPOINT_URL_STS")},
			variables: []string{"AWS_WEB_IDENTITY_TOKEN_FILE"},
		},
		{
			name: fmt.Sprintf("profile %q", cmp.Or(os.Getenv("AWS_PROFILE"), "default")), provider: &credentials.FileAWSCredentials{},
			variables: []string{"AWS_PROFILE"}, always: true,
			incomplete: "it contains no access key, no complete SSO login and no credential_process. " +
				"A role_arn in a profile is not supported: write credential_process = aws configure " +
				"export-credentials --profile NAME into another profile, and set AWS_PROFILE to that " +
				"one",
		},
		{
			name: "role of the container", remote: true, provider: &credentials.IAM{Client: c.local},
			variables: []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", containerURI},
		},
	}
	if strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		return all
	}
	return append(all, source{
		name: "role of the machine", remote: true, always: true,
		provider: &credentials.IAM{Client: c.local, Endpoint: os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")},
	})
}

func (s source) selected() bool {
	return slices.ContainsFunc(s.variables, func(variable string) bool { return os.Getenv(variable) != "" })
}

func (s source) retrieve(ctx context.Context) (credentials.Value, error) {
	value, err := s.provider.RetrieveWithCredContext(&credentials.CredContext{Context: ctx})
	if err == nil && !complete(value) {
		err = errors.New(cmp.Or(s.incomplete, "it returned no complete credentials"))
	}
	return value, withoutURL(err)
}

// unansweredError is the error of a request without an answer.
type unansweredError struct {
	host string
	err  error
}

func (e *unansweredError) Error() string { return fmt.Sprintf("no answer from %s: %v", e.host, e.err) }

func (e *unansweredError) Unwrap() error { return e.err }

const containerURI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

// withoutURL removes the URL of a request from an error, because its path may
// be a secret.
func withoutURL(err error) error {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok {
		if uri := os.Getenv(containerURI); err != nil && uri != "" && strings.Contains(err.Error(), uri) {
			return errors.New(strings.ReplaceAll(err.Error(), uri, containerURI))
		}
		return err
	}
	u, parseErr := url.Parse(failed.URL)
	if parseErr != nil {
		return errors.New("the address of the service is not a URL")
	}
	return &unansweredError{u.Host, failed.Err}
}

// localTimeout is the timeout of a request to a service on this machine.
const localTimeout = 2 * time.Second

// newLocalClient returns a client for services on this machine. It uses no
// proxy, and HTTP/1.1 only.
func newLocalClient() *http.Client {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Client{
		Timeout:       localTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true, Protocols: protocols},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
