package awskeys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// containerHost answers relative addresses.
const containerHost = "http://169.254.170.2"

// localHosts may be asked without TLS: ECS, and EKS Pod Identity.
var localHosts = []string{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"}

// findContainer asks the agent of ECS or EKS.
// API: GET $AWS_CONTAINER_CREDENTIALS_FULL_URI
func (c *chain) findContainer(ctx context.Context) (Value, error) {
	address, client := c.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"), c.local
	if relative := c.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); relative != "" {
		address = containerHost + relative
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return Value{}, errors.New("AWS_CONTAINER_CREDENTIALS_FULL_URI must be a URL, like http://127.0.0.1:8080/credentials")
	case u.Scheme == "https":
		client = c.HTTPClient
	case !isLocal(u.Hostname()):
		return Value{}, fmt.Errorf("AWS_CONTAINER_CREDENTIALS_FULL_URI names the host %s, which is not a part of this machine; begin it with https://", u.Hostname())
	}
	token, err := c.containerToken()
	if err != nil {
		return Value{}, err
	}
	req, err := newRequest(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Value{}, err
	}
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	body, err := fetch(client, req, jsonMessage)
	if err != nil {
		return Value{}, err
	}
	return parseJSON(req.URL.Host, body)
}

func isLocal(host string) bool {
	if host == "localhost" || slices.Contains(localHosts, host) {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// containerToken reads the token anew each time: EKS replaces the file.
func (c *chain) containerToken() (string, error) {
	token := c.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := c.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read: %w", err)
		}
		token = strings.TrimSpace(string(content))
	}
	if strings.ContainsAny(token, "\r\n") {
		return "", errors.New("the authorization token of the container must be one line")
	}
	return token, nil
}

// roleKeys is a key as the agent of a container and the metadata service of a
// machine write it.
type roleKeys struct {
	Code, Message          string // Of the metadata service.
	AccessKeyID            string `json:"AccessKeyId"`
	SecretAccessKey, Token string
	Expiration             time.Time
}

func parseJSON(host string, body []byte) (Value, error) {
	var keys roleKeys
	if json.Unmarshal(body, &keys) != nil {
		return Value{}, unreadable(host)
	}
	if keys.Code != "" && keys.Code != "Success" {
		return Value{}, &fetchError{host: host, status: http.StatusOK, err: fmt.Errorf("%s: %s", keys.Code, keys.Message), temporary: true}
	}
	return Value{keys.AccessKeyID, keys.SecretAccessKey, keys.Token, keys.Expiration}, nil
}

func jsonMessage(body []byte) string {
	var answer struct{ Code, Message string }
	if json.Unmarshal(body, &answer) != nil || answer.Code == "" {
		return ""
	}
	return answer.Code + ": " + answer.Message
}
