package cvmtest

// State is the state of an instance: the error code of a request for its
// console, or empty if it is running.
type State string

// The states in the document of the action.
const (
	Running     State = ""
	Busy        State = "OperationDenied.InstanceOperationInProgress"
	Pending     State = "UnsupportedOperation.InstanceStatePending"
	Rebooting   State = "UnsupportedOperation.InstanceStateRebooting"
	Isolated    State = "UnsupportedOperation.InstanceStateShutdown"
	Starting    State = "UnsupportedOperation.InstanceStateStarting"
	Stopped     State = "UnsupportedOperation.InstanceStateStopped"
	Stopping    State = "UnsupportedOperation.InstanceStateStopping"
	Terminated  State = "UnsupportedOperation.InstanceStateTerminated"
	Terminating State = "UnsupportedOperation.InstanceStateTerminating"
)

// message returns the message of the service for a code.
func message(code string) string {
	if text, ok := messages[code]; ok {
		return text
	}
	return "The request failed."
}

var messages = map[string]string{
	"AuthFailure.SecretIdNotFound":                  "The SecretId is not found, please ensure that your SecretId is correct.",
	"AuthFailure.SignatureExpire":                   "The provided credentials have expired. Check that the local time is in sync with the standard time.",
	"AuthFailure.SignatureFailure":                  "The provided credentials could not be validated. Please check your signature is correct.",
	"AuthFailure.TokenFailure":                      "The token is invalid.",
	"InvalidInstanceId.Malformed":                   "Invalid instance ID. The specified instance ID has an invalid format.",
	"InvalidInstanceId.NotFound":                    "No instance found.",
	"OperationDenied.InstanceOperationInProgress":   "The instance has an operation in progress. Please try again later.",
	"RequestLimitExceeded":                          "Your current request times equals to 11 in a second, which exceeds the frequency limit 10 for a second.",
	"UnauthorizedOperation.MFAExpired":              "Unauthorized operation. Make sure Multi-Factor Authentication (MFA) is valid.",
	"UnsupportedOperation.InstanceStatePending":     "The instances are being created, and this operation is not supported.",
	"UnsupportedOperation.InstanceStateRebooting":   "The instances are being restarted, and this operation is not supported.",
	"UnsupportedOperation.InstanceStateShutdown":    "Isolated instances do not support this operation.",
	"UnsupportedOperation.InstanceStateStarting":    "The instance is starting up, and this operation is not supported.",
	"UnsupportedOperation.InstanceStateStopped":     "The instance has been shut down, and this operation is not supported.",
	"UnsupportedOperation.InstanceStateStopping":    "The instance is being shut down, and this operation is not supported.",
	"UnsupportedOperation.InstanceStateTerminated":  "Terminated instances are not supported.",
	"UnsupportedOperation.InstanceStateTerminating": "The instance is being terminated, and the operation is not supported.",
}
