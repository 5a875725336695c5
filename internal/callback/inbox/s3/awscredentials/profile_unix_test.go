//go:build unix

package awscredentials_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/awscredentials"
)

const credentialsFile = `[default]
aws_access_key_id = from-default
aws_secret_access_key = s
[other]
aws_access_key_id = from-other
aws_secret_access_key = s
aws_session_token = t
[half]
aws_access_key_id = a
`

const configFile = `[profile role]
role_arn = arn:aws:iam::1:role/x
source_profile = default
[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-central-1
sso_account_id = 1
sso_role_name = r
[profile program]
credential_process = PROGRAM key
[profile broken-program]
credential_process = PROGRAM missing
`

// Real environment variables contain the names of the files.
func TestCredentials_ofProfiles(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	for path, content := range map[string]string{
		filepath.Join(dir, "credentials"): credentialsFile,
		filepath.Join(dir, "config"):      strings.ReplaceAll(configFile, "PROGRAM", program),
		program:                           "#!/bin/sh\ncat " + dir + "/$1.json\n",
		filepath.Join(dir, "key.json"):    `{"Version":1,"AccessKeyId":"from-program","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030-01-02T03:04:05Z"}`,
	} {
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials"))
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "config"))
	t.Setenv("HOME", dir)
	for profile, want := range map[string]credentials.Value{
		"":        {AccessKeyID: "from-default", SecretAccessKey: "s"},
		"other":   {AccessKeyID: "from-other", SecretAccessKey: "s", SessionToken: "t"},
		"program": {AccessKeyID: "from-program", SecretAccessKey: "s", SessionToken: "t", Expiration: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)},
	} {
		t.Setenv("AWS_PROFILE", profile)
		got, err := get(t, awscredentials.New(awscredentials.Config{}))
		want.SignerType = credentials.SignatureV4
		if got != want || err != nil {
			t.Errorf("%q: %+v (%v), want %+v", profile, got, err, want)
		}
	}
	for profile, want := range map[string]string{
		"role":           "A role_arn in a profile is not supported: write credential_process",
		"sso":            "aws sso login",
		"half":           "must both be set",
		"broken-program": `from the profile "broken-program": exit status 1`,
		"missing":        `"missing" does not exist`,
	} {
		t.Setenv("AWS_PROFILE", profile)
		if _, err := get(t, awscredentials.New(awscredentials.Config{})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: Get returned %v, want %q", profile, err, want)
		}
	}
	t.Setenv("AWS_PROFILE", "other")
	t.Setenv("AWS_ACCESS_KEY_ID", "from-environment")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	if got := mustGet(t, awscredentials.New(awscredentials.Config{})); got.AccessKeyID != "from-environment" {
		t.Errorf("the environment does not take precedence: %+v", got)
	}
}
