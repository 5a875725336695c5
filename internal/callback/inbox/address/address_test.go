package address_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/address"
)

func TestOpen_choosesTheStore(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"some/folder":               "*directory.Store",
		"/folder":                   "*directory.Store",
		"s3://bucket/a?region=b":    "*s3.Store",
		"https://relay.example.com": "*https.Store",
		"http://127.0.0.1:8700":     "*https.Store",
	} {
		store, err := address.Open(address.Config{Address: text, Token: "t", HTTPClient: &http.Client{}})
		if got := fmt.Sprintf("%T", store); got != want || err != nil {
			t.Errorf("%s opens a %s (%v), want %s", text, got, err, want)
		}
	}
}

func TestOpen_errorsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         "write the path of a directory",
		"~/inbox":                  "pathexpand",
		"gs://bucket":              `"gs://" is not the address of an inbox`,
		"S3://bucket":              `"S3://" is not the address of an inbox`,
		"s3://":                    "is not the name of a bucket",
		"http://relay.example.com": "must begin with https://",
	} {
		store, err := address.Open(address.Config{Address: text, Token: "t", HTTPClient: &http.Client{}})
		if store != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, store, err, want)
		}
	}
	if _, err := address.Open(address.Config{Address: "https://relay.example.com"}); err == nil || !strings.Contains(err.Error(), "requires its token") {
		t.Errorf("without a token: %v", err)
	}
}
