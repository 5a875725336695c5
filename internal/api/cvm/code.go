package cvm

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

type meaning struct {
	kind api.Kind
	hint string
}

const (
	startFirst = "A stopped instance has no console. Start it first."
	waitFirst  = "Wait until the instance runs again, then try again."
	renewMFA   = "Renew the multi-factor authentication of the account (in the console, under Cloud Access Management), then ask for new temporary credentials."
	checkKeys  = "Check secret_id and secret_key in the tencentcloud block."
	checkRole  = "The account needs the permission cvm:DescribeInstanceVncUrl for this instance."
)

// codes are the 21 documented codes of the action and the common codes of all
// actions of Tencent Cloud. A code that is not listed has the meaning of its
// class, the part before the dot.
var codes = map[string]meaning{
	"InvalidInstance.NotSupported":                              {api.Refused, "This kind of instance has no console."},
	"InvalidInstanceId.Malformed":                               {api.Refused, "An instance id looks like ins-1a2b3c4d."},
	"InvalidInstanceId.NotFound":                                {api.NotFound, "Check the id, and whether the instance is in this region and belongs to this account."},
	"InvalidInstanceState":                                      {api.Refused, "Check the state of the instance: only a running instance has a console."},
	"OperationDenied.InstanceOperationInProgress":               {api.Busy, ""},
	"UnauthorizedOperation.MFAExpired":                          {api.Denied, renewMFA},
	"UnauthorizedOperation.MFANotFound":                         {api.Denied, "The account must use multi-factor authentication for this. Set it up in the console, under Cloud Access Management."},
	"UnsupportedOperation.InstanceStateEnterRescueMode":         {api.Refused, waitFirst},
	"UnsupportedOperation.InstanceStateEnterServiceLiveMigrate": {api.Refused, waitFirst},
	"UnsupportedOperation.InstanceStateExitRescueMode":          {api.Refused, waitFirst},
	"UnsupportedOperation.InstanceStateExitServiceLiveMigrate":  {api.Refused, waitFirst},
	"UnsupportedOperation.InstanceStatePending":                 {api.Busy, ""},
	"UnsupportedOperation.InstanceStateRebooting":               {api.Busy, ""},
	"UnsupportedOperation.InstanceStateShutdown":                {api.Refused, "The instance is isolated. Pay its bill, or restore it from the recycle bin, then start it."},
	"UnsupportedOperation.InstanceStateStarting":                {api.Busy, ""},
	"UnsupportedOperation.InstanceStateStopped":                 {api.Refused, startFirst},
	"UnsupportedOperation.InstanceStateStopping":                {api.Refused, startFirst},
	"UnsupportedOperation.InstanceStateTerminated":              {api.NotFound, "The instance was terminated."},
	"UnsupportedOperation.InstanceStateTerminating":             {api.Refused, "The instance is being terminated."},
	"UnsupportedOperation.SpecialInstanceType":                  {api.Refused, "This kind of instance has no console."},
	"UnsupportedOperation.StoppedModeStopCharging":              {api.Refused, startFirst},

	"ActionOffline":                     {api.Refused, ""},
	"AuthFailure":                       {api.Denied, checkKeys},
	"AuthFailure.InvalidSecretId":       {api.Denied, "No API key of this cloud has this secret id. " + checkKeys},
	"AuthFailure.MFAFailure":            {api.Denied, renewMFA},
	"AuthFailure.SecretIdNotFound":      {api.Denied, "The secret id is unknown, or its key was disabled or deleted. " + checkKeys},
	"AuthFailure.SignatureExpire":       {api.Denied, "A request is valid for five minutes, so the clock of this machine must be wrong. Correct it, for example with NTP."},
	"AuthFailure.SignatureFailure":      {api.Denied, "The secret key does not belong to this secret id. " + checkKeys},
	"AuthFailure.TokenFailure":          {api.Denied, "The security token is wrong or has expired. Ask for new temporary credentials."},
	"AuthFailure.UnauthorizedOperation": {api.Denied, checkRole},
	"FailedOperation":                   {api.Other, ""},
	"InternalError":                     {api.Unavailable, "Try again later. If the error remains, give the request id to Tencent Cloud."},
	"InvalidAction":                     {api.Refused, ""},
	"InvalidParameter":                  {api.Refused, ""},
	"InvalidParameterValue":             {api.Refused, ""},
	"InvalidRequest":                    {api.Refused, ""},
	"IpInBlacklist":                     {api.Denied, "The address of this machine is on the account's deny list."},
	"IpNotInWhitelist":                  {api.Denied, "The address of this machine is not on the account's allow list."},
	"LimitExceeded":                     {api.Refused, ""},
	"MissingParameter":                  {api.Refused, ""},
	"NoSuchProduct":                     {api.Refused, ""},
	"NoSuchVersion":                     {api.Refused, ""},
	"OperationDenied":                   {api.Refused, ""},
	"RequestLimitExceeded":              {api.Throttled, ""},
	"RequestSizeLimitExceeded":          {api.Refused, ""},
	"ResourceInUse":                     {api.Refused, ""},
	"ResourceInsufficient":              {api.Refused, ""},
	"ResourceNotFound":                  {api.NotFound, ""},
	"ResourceUnavailable":               {api.Refused, ""},
	"ResponseSizeLimitExceeded":         {api.Refused, ""},
	"ServiceUnavailable":                {api.Busy, ""},
	"UnauthorizedOperation":             {api.Denied, checkRole},
	"UnknownParameter":                  {api.Refused, ""},
	"UnsupportedOperation":              {api.Refused, ""},
	"UnsupportedProtocol":               {api.Refused, ""},
	"UnsupportedRegion":                 {api.Refused, "Check region: the service does not have this region. Write one such as ap-guangzhou."},
}

// explain returns the kind and the hint for a code.
func explain(code string, header http.Header) (api.Kind, string) {
	known, ok := codes[code]
	if !ok {
		class, _, _ := strings.Cut(code, ".")
		known = codes[class]
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil && code == "AuthFailure.SignatureExpire" {
		known.hint += fmt.Sprintf(" This machine has the time %s; the service has %s.",
			time.Now().UTC().Format(time.DateTime), sent.UTC().Format(time.DateTime))
	}
	return known.kind, known.hint
}
