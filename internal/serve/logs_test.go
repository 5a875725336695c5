package serve

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLogsRequested(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{
		"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_CLOUDDESKTOP",
	} {
		for value, want := range map[string]bool{"": false, "off": true, "trace": true} {
			env := map[string]string{variable: value, "TF_LOG_PATH": "tf.log", "TF_LOG_CORE": "trace", "TF_LOG_PROVIDER_OTHER": "trace"}
			if got := logsRequested(func(name string) string { return env[name] }); got != want {
				t.Errorf("logsRequested with %s=%q is %t, want %t", variable, value, got, want)
			}
		}
	}
}

func TestDisableSDKLogs(t *testing.T) {
	t.Parallel()
	env := map[string]string{}
	if err := disableSDKLogs(func(name, value string) error {
		env[name] = value
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"TF_LOG_SDK": "off", "TF_LOG_PROVIDER_CLOUDDESKTOP": "off"}
	if diff := cmp.Diff(want, env); diff != "" {
		t.Error(diff)
	}
}
