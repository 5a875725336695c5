package ledger_test

import (
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

func TestDecodeCallback(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]ledger.Result{
		`{"status":"0","data":{"username":"dev_01","desktop_uuid":"u1","password":"p"}}`: {Kind: ledger.ResultSuccess, Username: "dev_01", UUID: "u1"},
		`{"status":"-1","message":"the pool is empty"}`:                                  {Kind: ledger.ResultFailure, Message: "the pool is empty"},
		`{"status":"1","message":"running"}`:                                             {Kind: ledger.ResultNotFinal, Message: `its status is "1", neither success (0) nor failure (-1)`},
		`{"status":"0","data":{"username":"dev_01"}}`:                                    {Kind: ledger.ResultNotFinal, Message: "the callback lacks desktop_uuid"},
		"\xff\xfe{\x00": {Kind: ledger.ResultNotFinal, Message: "it is not UTF-8 but UTF-16"},
		`<html>`:        {Kind: ledger.ResultNotFinal, Message: "the callback is not a JSON document"},
	} {
		if got := ledger.DecodeCallback([]byte(body)); got != want {
			t.Errorf("%s: got %+v, want %+v", body, got, want)
		}
	}
}
