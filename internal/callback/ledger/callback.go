package ledger

import (
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

// DecodeCallback decodes the callback of an order, without its password. It is
// a value for Config.Decode.
func DecodeCallback(body []byte) Result {
	// What the receiver keeps as evidence is not final here either.
	if reason := receiver.NotFinalReason(id.Order, body); reason != "" {
		return Result{Kind: ResultNotFinal, Message: reason}
	}
	frame, err := answer.Parse("the callback", body)
	if err == nil && frame.Status == answer.Failure {
		return Result{Kind: ResultFailure, Message: frame.Message}
	}
	desktop, err := frame.Desktop()
	if err != nil {
		return Result{Kind: ResultNotFinal, Message: err.Error()}
	}
	return Result{Kind: ResultSuccess, Username: desktop.Username, UUID: desktop.UUID}
}
