package serve

// logVariables are the environment variables that enable the log of the
// provider. The user or Terraform sets them.
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

// disableSDKLogs disables the loggers of the SDK. They write every step of
// every call as JSON, which Terraform parses and discards. That would take half
// of the CPU time of a plan, in both processes.
func disableSDKLogs(setenv func(string, string) error) error {
	for _, variable := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_CLOUDDESKTOP"} {
		if err := setenv(variable, "off"); err != nil {
			return err
		}
	}
	return nil
}
