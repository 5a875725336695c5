package awskeys

import (
	"context"
	"errors"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

func (c *chain) profile() string {
	if name := c.Getenv("AWS_PROFILE"); name != "" {
		return name
	}
	return "default"
}

// errNoKey is also what a profile that assumes a role leads to.
var errNoKey = errors.New("it holds no access key, no complete SSO login and no credential_process. A role_arn in a profile is not supported: " +
	"write credential_process = aws configure export-credentials --profile NAME into another profile, and set AWS_PROFILE to that one")

// findProfile reads the shared files of the AWS tools, and does what they say: an
// SSO login, or a program that prints a key.
func (c *chain) findProfile(ctx context.Context) (Value, error) {
	type result struct {
		value credentials.Value
		err   error
	}
	done := make(chan result, 1)
	go func() { // A program knows no context.
		file := &credentials.FileAWSCredentials{Profile: c.profile()}
		value, err := file.RetrieveWithCredContext(&credentials.CredContext{Client: c.HTTPClient, Context: ctx})
		done <- result{value, err}
	}()
	var found result
	select {
	case found = <-done:
	case <-ctx.Done():
		return Value{}, context.Cause(ctx)
	}
	value := Value{found.value.AccessKeyID, found.value.SecretAccessKey, found.value.SessionToken, found.value.Expiration}
	if found.err == nil && !value.complete() {
		return Value{}, errNoKey
	}
	return value, found.err
}
