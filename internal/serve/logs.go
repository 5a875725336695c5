package serve

// logVariables turn the log of the provider on. The user or Terraform sets them.
var logVariables = []string{
	"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_CLOUDDESKTOP",
	"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK",
}

// logsRequested reports whether the user asked for a log of the provider.
func logsRequested(getenv func(string) string) bool {
	for _, variable := range logVariables {
		if getenv(variable) != "" {
			return true
		}
	}
	return false
}

// disableSDKLogs turns the loggers of the SDK off. They write every step of
// every call as JSON, which Terraform parses and discards: without this, half of
// the CPU time of a plan, in both processes.
func disableSDKLogs(setenv func(string, string) error) error {
	for _, variable := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_CLOUDDESKTOP"} {
		if err := setenv(variable, "off"); err != nil {
			return err
		}
	}
	return nil
}
