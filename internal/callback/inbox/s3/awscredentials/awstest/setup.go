package awstest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// The secrets in the requests to the services.
const (
	webToken       = "web-identity-secret"
	containerToken = "container-secret"
	role           = "arn:aws:iam::123456789012:role/inbox"
)

// Setup is an environment with one source of credentials.
type Setup struct {
	Environment map[string]string
	// Secrets are texts that no error and no log may contain.
	Secrets []string
}

// Use sets the environment for a test.
func (s Setup) Use(t *testing.T) {
	t.Helper()
	for name, value := range s.Environment {
		t.Setenv(name, value)
	}
}

// Setups starts the services of AWS and returns an environment for each.
func Setups(t *testing.T, issuer *Issuer) map[string]Setup {
	t.Helper()
	sts := serve(t, &STS{Issuer: issuer, Role: role, Token: webToken})
	ecs := serve(t, &Container{Issuer: issuer, Path: "/v2/credentials?id=path-secret"})
	eks := serve(t, &Container{Issuer: issuer, Path: "/v1/credentials", Token: containerToken})
	return map[string]Setup{
		"web identity": {Environment: map[string]string{
			"AWS_WEB_IDENTITY_TOKEN_FILE": writeFile(t, webToken), "AWS_ROLE_ARN": role, "AWS_ENDPOINT_URL_STS": sts,
		}, Secrets: []string{webToken}},
		"ECS": {Environment: map[string]string{
			"AWS_CONTAINER_CREDENTIALS_FULL_URI": ecs + "/v2/credentials?id=path-secret",
		}, Secrets: []string{"path-secret"}},
		"EKS Pod Identity": {Environment: map[string]string{
			"AWS_CONTAINER_CREDENTIALS_FULL_URI":     eks + "/v1/credentials",
			"AWS_CONTAINER_AUTHORIZATION_TOKEN":      "overridden",
			"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": writeFile(t, containerToken),
		}, Secrets: []string{containerToken}},
		"container with a token": {Environment: map[string]string{
			"AWS_CONTAINER_CREDENTIALS_FULL_URI": eks + "/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN": containerToken,
		}, Secrets: []string{containerToken}},
		"machine": {Environment: map[string]string{
			"AWS_EC2_METADATA_SERVICE_ENDPOINT": serve(t, &Machine{Issuer: issuer, Role: "inbox"}),
		}, Secrets: []string{machineToken}},
	}
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
