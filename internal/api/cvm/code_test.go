package cvm_test

import (
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
)

func TestConsoleURL_codes(t *testing.T) {
	t.Parallel()
	for code, tt := range map[string]struct {
		kind api.Kind
		hint string
	}{
		// Those of the 21 documented codes that are not temporary.
		"InvalidInstance.NotSupported":                              {api.Refused, "no console"},
		"InvalidInstanceId.Malformed":                               {api.Refused, "ins-1a2b3c4d"},
		"InvalidInstanceId.NotFound":                                {api.NotFound, "Check the id"},
		"InvalidInstanceState":                                      {api.Refused, "running"},
		"UnauthorizedOperation.MFAExpired":                          {api.Denied, "Renew the multi-factor"},
		"UnauthorizedOperation.MFANotFound":                         {api.Denied, "Set it up"},
		"UnsupportedOperation.InstanceStateEnterRescueMode":         {api.Refused, "Wait"},
		"UnsupportedOperation.InstanceStateEnterServiceLiveMigrate": {api.Refused, "Wait"},
		"UnsupportedOperation.InstanceStateExitRescueMode":          {api.Refused, "Wait"},
		"UnsupportedOperation.InstanceStateExitServiceLiveMigrate":  {api.Refused, "Wait"},
		"UnsupportedOperation.InstanceStateShutdown":                {api.Refused, "isolated"},
		"UnsupportedOperation.InstanceStateStopped":                 {api.Refused, "Start it"},
		"UnsupportedOperation.InstanceStateStopping":                {api.Refused, "Start it"},
		"UnsupportedOperation.InstanceStateTerminated":              {api.NotFound, "terminated"},
		"UnsupportedOperation.InstanceStateTerminating":             {api.Refused, "terminated"},
		"UnsupportedOperation.SpecialInstanceType":                  {api.Refused, "no console"},
		"UnsupportedOperation.StoppedModeStopCharging":              {api.Refused, "Start it"},
		// Common codes, and codes that are not documented but have a documented
		// class.
		"UnauthorizedOperation":         {api.Denied, "cvm:DescribeInstanceVncUrl"},
		"UnauthorizedOperation.New":     {api.Denied, "cvm:DescribeInstanceVncUrl"},
		"AuthFailure.MFAFailure":        {api.Denied, "Renew"},
		"UnsupportedOperation.NewState": {api.Refused, ""},
		"ResourceNotFound.Instance":     {api.NotFound, ""},
		"Unheard.Of":                    {api.Other, ""},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			server := cvmtest.Start(t, credential)
			server.Put(region, id, cvmtest.State(code))
			e := failure(t, newClient(t, server))
			if e.Code != code || e.Kind != tt.kind || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("code %s, kind %d, hint %q; want kind %d, %q", e.Code, e.Kind, e.Hint, tt.kind, tt.hint)
			}
			if e.RequestID == "" {
				t.Error("the error lacks the request id")
			}
			if n := len(server.Requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}
