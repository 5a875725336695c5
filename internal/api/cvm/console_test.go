package cvm

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestNewConsole(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ value, encoded, websocket string }{
		"as documented":       {"wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3DYQ%3D%3D", "wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3DYQ%3D%3D", "wss://h:1/vnc?s=YQ=="},
		"unencoded":           {"wss://h:1/vnc?s=YQ==", "wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3DYQ%3D%3D", "wss://h:1/vnc?s=YQ=="},
		"unencoded escape":    {"wss://h:1/vnc?s=YQ%3D", "wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3DYQ%253D", "wss://h:1/vnc?s=YQ%3D"},
		"plus, encoded":       {"wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3Da%2Bb", "wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3Da%2Bb", "wss://h:1/vnc?s=a+b"},
		"plus, unencoded":     {"wss://h:1/vnc?s=a+b", "wss%3A%2F%2Fh%3A1%2Fvnc%3Fs%3Da%2Bb", "wss://h:1/vnc?s=a+b"},
		"lower case hex":      {"wss%3a%2f%2fh%2fvnc", "wss%3A%2F%2Fh%2Fvnc", "wss://h/vnc"},
		"two parameters":      {"wss://h/vnc?s=a&t=b", "wss%3A%2F%2Fh%2Fvnc%3Fs%3Da%26t%3Db", "wss://h/vnc?s=a&t=b"},
		"not wss":             {value: "https://h/vnc?s=a"},
		"not wss, encoded":    {value: "ws%3A%2F%2Fh%2Fvnc"},
		"encoded twice":       {value: "wss%253A%252F%252Fh%252Fvnc"},
		"no host":             {value: "wss:///vnc"},
		"a user":              {value: "wss://u:p@h/vnc"},
		"bad escape":          {value: "wss%3A%2F%2Fh%2"},
		"a line break inside": {value: "wss%3A%2F%2Fh%2Fvnc%0A"},
		"a quote inside":      {value: "wss%3A%2F%2Fh%2Fvnc%22%3E"},
		"a script":            {value: "javascript:alert(1)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := time.Unix(1700000000, 0)
			got, err := newConsole(tt.value, at)
			if tt.websocket == "" {
				if err == nil {
					t.Fatalf("%q gives %+v", tt.value, got)
				}
				if strings.Contains(err.Error(), "vnc") {
					t.Errorf("the error quotes the value: %v", err)
				}
				return
			}
			want := Console{
				URL:          "https://img.qcloud.com/qcloud/app/active_vnc/index.html?InstanceVncUrl=" + tt.encoded,
				WebsocketURL: tt.websocket, ExpiresAt: at.Add(15 * time.Second),
			}
			if err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

// The page must get the URL unchanged, whatever the form in which it arrives.
func FuzzNewConsole(f *testing.F) {
	f.Add("bjvnc.qcloud.com:26789/vnc?s=aHpj+W/nRV=")
	f.Fuzz(func(t *testing.T, rest string) {
		address := "wss://" + rest
		plain, err := newConsole(address, time.Time{})
		if err != nil {
			t.Skip()
		}
		encoded, err := newConsole(url.QueryEscape(address), time.Time{})
		if err != nil || encoded != plain {
			t.Fatalf("encoded %+v, %v; plain %+v", encoded, err, plain)
		}
		link, err := url.Parse(plain.URL)
		if err != nil || link.Query().Get("InstanceVncUrl") != address || link.Fragment != "" {
			t.Fatalf("%q reads back as %v, %v", address, link, err)
		}
	})
}
