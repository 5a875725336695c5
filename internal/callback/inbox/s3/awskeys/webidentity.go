package awskeys

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// sessionName is the name of the session where the environment sets none.
const sessionName = "terraform-provider-clouddesktop"

// findWebIdentity exchanges the token of a pod or a CI job for a key.
// API: AssumeRoleWithWebIdentity of AWS STS, version 2011-06-15
func (c *chain) findWebIdentity(ctx context.Context) (Value, error) {
	role := c.Getenv("AWS_ROLE_ARN")
	if role == "" {
		return Value{}, errors.New("AWS_ROLE_ARN is not set; set it to the ARN of the role")
	}
	token, err := os.ReadFile(c.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE"))
	if err != nil {
		return Value{}, fmt.Errorf("the file in AWS_WEB_IDENTITY_TOKEN_FILE cannot be read: %w", err)
	}
	session := c.Getenv("AWS_ROLE_SESSION_NAME")
	if session == "" {
		session = sessionName
	}
	form := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"RoleArn": {role}, "RoleSessionName": {session}, "WebIdentityToken": {strings.TrimSpace(string(token))},
	}
	req, err := newRequest(ctx, http.MethodPost, c.stsEndpoint(), strings.NewReader(form.Encode()))
	if err != nil {
		return Value{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	body, err := fetch(c.HTTPClient, req, stsMessage)
	if err != nil {
		return Value{}, fmt.Errorf("the role %s cannot be assumed: %w", role, err)
	}
	return parseSTS(req.URL.Host, body)
}

// stsEndpoint returns the address of STS in the region.
func (c *chain) stsEndpoint() string {
	if endpoint := c.Getenv("AWS_ENDPOINT_URL_STS"); endpoint != "" {
		return strings.TrimRight(endpoint, "/") + "/"
	}
	region := c.Region
	for _, name := range []string{"AWS_DEFAULT_REGION", "AWS_REGION"} {
		if set := c.Getenv(name); set != "" {
			region = set
		}
	}
	domain := ".amazonaws.com/"
	if strings.HasPrefix(region, "cn-") {
		domain = ".amazonaws.com.cn/"
	}
	return "https://sts." + region + domain
}

func parseSTS(host string, body []byte) (Value, error) {
	var answer struct {
		Credentials struct {
			AccessKeyID     string `xml:"AccessKeyId"`
			SecretAccessKey string
			SessionToken    string
			Expiration      time.Time
		} `xml:"AssumeRoleWithWebIdentityResult>Credentials"`
	}
	if xml.Unmarshal(body, &answer) != nil {
		return Value{}, unreadable(host)
	}
	keys := answer.Credentials
	return Value{keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, keys.Expiration}, nil
}

func stsMessage(body []byte) string {
	var answer struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if xml.Unmarshal(body, &answer) != nil || answer.Code == "" {
		return ""
	}
	return answer.Code + ": " + answer.Message
}
