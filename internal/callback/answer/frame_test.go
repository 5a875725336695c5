package answer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
)

func TestParse_status(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]answer.Status{
		`{"status":"0"}`: answer.Success, `{"status":0}`: answer.Success,
		`{"status":"-1"}`: answer.Failure, `{"status":-1}`: answer.Failure,
		`{"status":"1"}`: "1",
	} {
		if f, err := answer.Parse("it", []byte(body)); err != nil || f.Status != want {
			t.Errorf("%s: %q and %v", body, f.Status, err)
		}
	}
	for body, want := range map[string]string{
		``: "it is not a JSON document", `{`: "it is not a JSON document", `{}`: "it lacks a status",
		`[]`: "it is a JSON array, not an object", `{"status":"ok"}`: "its status is not 0 or -1",
		`{"status":"0","message":7}`: "it's message is a JSON number, not a string",
	} {
		if _, err := answer.Parse("it", []byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func TestFrame_Desktop(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]answer.Desktop{
		`{"username":"dev_01","desktop_uuid":"u","password":" p "}`: {Username: "dev_01", UUID: "u", Password: " p "},
		`{"username":" dev_01\n","desktop_uuid":"\tu "}`:            {Username: "dev_01", UUID: "u"},
		`{"username":7,"desktop_uuid":12345678901234567890}`:        {Username: "7", UUID: "12345678901234567890"},
		`{"username":"dev_01","desktop_uuid":"u","password":null}`:  {Username: "dev_01", UUID: "u"},
	} {
		if got, err := (answer.Frame{Data: []byte(data)}).Desktop(); err != nil || got != want {
			t.Errorf("%s: %+v and %v", data, got, err)
		}
	}
	for data, want := range map[string]string{
		``:                                     "not an object of strings",
		`["chosen"]`:                           "not an object of strings",
		`{"username":["chosen"]}`:              "not an object of strings",
		`{"desktop_uuid":"u"}`:                 "lacks username",
		`{"username":"a","password":"chosen"}`: "lacks desktop_uuid",
		`{"username":" ","desktop_uuid":"u"}`:  "lacks username",
	} {
		if _, err := (answer.Frame{Data: []byte(data)}).Desktop(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "chosen") {
			t.Errorf("%s: %v, want %q", data, err, want)
		}
	}
}

func TestWithoutPassword(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"data":{"password":"hush","username":"dev_01"},"status":"0"}`: `{"data":{"username":"dev_01"},"status":"0"}`,
		`{"data":[{"Password":"hush"}],"id":12345678901234567890}`:      `{"data":[{}],"id":12345678901234567890}`,
		`password=hush`: ``,
		`{"a":1}hush`:   ``,
	} {
		if diff := cmp.Diff(want, string(answer.WithoutPassword([]byte(body)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}
