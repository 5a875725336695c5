package clients

import (
	"fmt"
	"strings"
	"testing"
)

const identityKey = "AGE-SECRET-KEY-1EKYFFCK627939WTZMTT4ZRS2PM3U2K7PZ3MVGEL2M76W3PYJMSHQMTT6SS"

// callbackSettings returns the settings of a callback block.
func callbackSettings(environment map[string]string, attributes written) settings {
	env := Env{Getenv: func(name string) string { return environment[name] }}
	return settings{blockSpec: callbackSpec, env: env, block: block(callbackBlock(), attributes)}
}

func TestCallback_opensTheInbox(t *testing.T) {
	t.Parallel()
	token := map[string]string{"CLOUDDESKTOP_CALLBACK_TOKEN": "t"}
	for name, c := range map[string]struct {
		environment map[string]string
		attributes  written
		want        string
	}{
		"default":                  {nil, nil, "*directory.Store"},
		"a token in general":       {token, nil, "*directory.Store"},
		"directory":                {nil, written{"inbox": text("/some/folder")}, "*directory.Store"},
		"bucket":                   {nil, written{"inbox": text("s3://bucket/prefix?region=eu-central-1")}, "*s3.Store"},
		"relay":                    {nil, written{"inbox": text("https://relay.example.com"), "token": text("t")}, "*https.Store"},
		"token of the environment": {token, written{"inbox": text("https://relay.example.com")}, "*https.Store"},
	} {
		store, err := callbackSettings(c.environment, c.attributes).inbox()
		if got := fmt.Sprintf("%T", store); got != c.want || err != nil {
			t.Errorf("%s: a %s (%v), want %s", name, got, err, c.want)
		}
	}
	store, err := callbackSettings(nil, nil).inbox()
	if local, ok := store.(interface{ Path() string }); !ok || !strings.HasSuffix(local.Path(), "/.terraform/clouddesktop") || err != nil {
		t.Errorf("the default inbox is %v (%v)", store, err)
	}
}

func TestCallback_listenOrRelay(t *testing.T) {
	t.Parallel()
	const relay, bucket = "https://relay.example.com", "s3://bucket?region=a"
	for name, c := range map[string]struct {
		attributes  written
		listen, url string
	}{
		"default":                      {nil, "127.0.0.1:0", ""},
		"bucket":                       {written{"inbox": text(bucket)}, "127.0.0.1:0", ""},
		"relay before a bucket":        {written{"inbox": text(bucket), "listen": text(""), "url": text(relay)}, "", relay},
		"relay as inbox":               {written{"inbox": text(relay)}, "", relay},
		"relay as inbox, another URL":  {written{"inbox": text(relay), "url": text("https://hooks.example.com")}, "", "https://hooks.example.com"},
		"relay as inbox, own receiver": {written{"inbox": text(relay), "listen": text("0.0.0.0:8700"), "url": text("http://r:8700")}, "0.0.0.0:8700", "http://r:8700"},
		"relay as inbox, no listener":  {written{"inbox": text(relay), "listen": text("")}, "", relay},
	} {
		if listen, url := callbackSettings(nil, c.attributes).receives(); listen != c.listen || url != c.url {
			t.Errorf("%s: listens on %q, is called at %q", name, listen, url)
		}
	}
}

func TestCallback_identities(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"CLOUDDESKTOP_CALLBACK_AGE_IDENTITY": identityKey}
	for name, s := range map[string]settings{
		"block":       callbackSettings(nil, written{"age_identity": text("# mine\n" + identityKey + "\n")}),
		"environment": callbackSettings(environment, nil),
	} {
		identities, err := s.identities()
		if err != nil || !strings.HasPrefix(identities.Recipient(), "age1") {
			t.Errorf("%s: %v (%v)", name, identities, err)
		}
	}
	if identities, err := callbackSettings(nil, nil).identities(); identities != nil || err != nil {
		t.Errorf("without one: %v (%v)", identities, err)
	}
	environment["CLOUDDESKTOP_CALLBACK_AGE_IDENTITY"] = "hush"
	if _, err := callbackSettings(environment, nil).identities(); err == nil || !strings.Contains(err.Error(), "CLOUDDESKTOP_CALLBACK_AGE_IDENTITY") || strings.Contains(err.Error(), "hush") {
		t.Errorf("a wrong variable: %v", err)
	}
}
