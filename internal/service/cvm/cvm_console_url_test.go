package cvm_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
)

func TestCVMConsoleURL_dataSource(t *testing.T) {
	t.Parallel()
	server := start(t, cvmtest.Starting, cvmtest.Rebooting, cvmtest.Running)
	steps.RunEcho(t, nil, resource.TestStep{
		Config: provider(server) + data(""),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectSensitiveValue(dataSource, tfjsonpath.New("url")),
			statecheck.ExpectSensitiveValue(dataSource, tfjsonpath.New("websocket_url")),
			statecheck.ExpectKnownValue(dataSource, tfjsonpath.New("websocket_url"), knownvalue.StringRegexp(regexp.MustCompile(`^wss://bjvnc\.qcloud\.com:26789/vnc\?s=\w+=$`))),
			statecheck.ExpectKnownValue(dataSource, tfjsonpath.New("expires_at"), soon),
			statecheck.ExpectKnownValue(dataSource, tfjsonpath.New("region"), knownvalue.Null()),
		},
		Check: opens(server, dataSource, "url"),
	})
}

func TestCVMConsoleURL_ephemeral(t *testing.T) {
	t.Parallel()
	server := start(t)
	server.Put("eu-frankfurt", "ins-r9hr2upy")
	server.SetUnencoded()
	steps.RunEcho(t, nil, resource.TestStep{
		Config: provider(server) + echoed("region = \"eu-frankfurt\"\n timeouts { open = \"1m\" }"),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data").AtMapKey("expires_at"), soon),
		},
		Check: opens(server, "echo.test", "data.url"),
	})
}

func TestCVMConsoleURL_errors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		state     cvmtest.State
		clock     time.Duration
		arguments string
		want      string
	}{
		"stopped":      {cvmtest.Stopped, 0, "", `has\s+been\s+shut\s+down(.|\n)*Code:\s+UnsupportedOperation.InstanceStateStopped\s+Request\s+ID:\s+\S+(.|\n)*Start\s+it`},
		"terminated":   {cvmtest.Terminated, 0, "", `The\s+instance\s+was\s+terminated`},
		"MFA":          {"UnauthorizedOperation.MFAExpired", 0, "", `Renew\s+the\s+multi-factor`},
		"clock":        {cvmtest.Running, time.Hour, "", `clock\s+of\s+this\s+machine\s+must\s+be\s+wrong`},
		"other region": {cvmtest.Running, 0, `region = "ap-tokyo"`, `No\s+instance\s+found(.|\n)*in\s+this\s+region`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, tt.state)
			server.SetClock(tt.clock)
			want := regexp.MustCompile(`Unable\s+to\s+Get\s+CVM\s+Console\s+URL(.|\n)*` + tt.want)
			steps.RunEcho(t, nil,
				resource.TestStep{Config: provider(server) + data(tt.arguments), ExpectError: want},
				resource.TestStep{Config: provider(server) + echoed(tt.arguments), ExpectError: want},
			)
		})
	}
}

func TestCVMConsoleURL_timeout(t *testing.T) {
	t.Parallel()
	server := start(t, cvmtest.Pending)
	want := regexp.MustCompile(`instances\s+are\s+being\s+created(.|\n)*timeouts`)
	steps.RunEcho(t, nil,
		resource.TestStep{Config: provider(server) + data(`timeouts { read = "2s" }`), ExpectError: want},
		resource.TestStep{Config: provider(server) + echoed(`timeouts { open = "2s" }`), ExpectError: want},
	)
}

func TestCVMConsoleURL_providerBlock(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ block, want string }{
		"missing": {``, "add\\s+a\\s+`tencentcloud`\\s+block\\s+to\\s+the\\s+provider"},
		"half a key": {`tencentcloud {
  region = "ap-beijing"
  secret_id = "AKIDtest"
}`, `secret_key\s+is\s+missing:\s+secret_id\s+requires\s+it`},
		"token alone": {`tencentcloud {
  region = "ap-beijing"
  security_token = "t"
}`, `secret_id\s+is\s+missing:\s+security_token\s+requires\s+it`},
		"no region": {`tencentcloud {
  secret_id = "AKIDtest"
  secret_key = "k"
}`, `No\s+region\s+is\s+configured(.|\n)*TENCENTCLOUD_REGION`},
		"invalid endpoint": {`tencentcloud {
  region = "ap-beijing"
  endpoint = "cvm.example.com"
}`, `must\s+begin\s+with\s+https://`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps.RunEcho(t, nil, resource.TestStep{
				Config:      "provider \"clouddesktop\" {\n" + tt.block + "\n}\n" + data(""),
				ExpectError: regexp.MustCompile(tt.want),
			})
		})
	}
}

func TestCVMConsoleURL_environment(t *testing.T) {
	t.Parallel()
	with := func(variables map[string]string) map[string]string {
		variables["TENCENTCLOUD_SECRET_ID"] = credential.SecretID
		variables["TENCENTCLOUD_SECRET_KEY"] = credential.SecretKey
		return variables
	}
	for name, tt := range map[string]struct {
		environment map[string]string
		arguments   string
		want        *regexp.Regexp
	}{
		"all of it":   {with(map[string]string{"TENCENTCLOUD_REGION": "ap-beijing", "TENCENTCLOUD_SECURITY_TOKEN": credential.Token}), "", nil},
		"other name":  {with(map[string]string{"TENCENTCLOUD_REGION": "ap-beijing", "TENCENTCLOUD_TOKEN": credential.Token}), "", nil},
		"not all":     {with(map[string]string{"TENCENTCLOUD_TOKEN": credential.Token}), `region = "ap-beijing"`, nil},
		"wrong token": {with(map[string]string{"TENCENTCLOUD_TOKEN": "x"}), `region = "ap-beijing"`, regexp.MustCompile("AuthFailure.TokenFailure")},
		"a token of another key": {
			map[string]string{"TENCENTCLOUD_TOKEN": credential.Token},
			"region = \"ap-beijing\"\nsecret_id = \"AKIDtest\"\nsecret_key = \"the-secret-key\"",
			regexp.MustCompile("AuthFailure.TokenFailure"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			block := fmt.Sprintf("provider \"clouddesktop\" {\n tencentcloud {\n  endpoint = %q\n  %s\n}\n}\n", server.URL, tt.arguments)
			steps.RunEcho(t, tt.environment, resource.TestStep{Config: block + data(""), ExpectError: tt.want})
		})
	}
}
