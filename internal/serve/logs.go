package serve

// logVariables ask for a log of the provider. Terraform hands its own to the
// process, or sets them from TF_LOG.
var logVariables = []string{
	"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_CLOUDDESKTOP",
	"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK",
}

// logging reports whether anybody reads what the process logs.
func logging(getenv func(string) string) bool {
	for _, variable := range logVariables {
		if getenv(variable) != "" {
			return true
		}
	}
	return false
}

// silence turns the loggers of the SDK off. They would write every step of
// every call as JSON, which Terraform parses and throws away: half of the CPU
// time of a plan, on both sides.
func silence(setenv func(string, string) error) error {
	for _, variable := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_CLOUDDESKTOP"} {
		if err := setenv(variable, "off"); err != nil {
			return err
		}
	}
	return nil
}
