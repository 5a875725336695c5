package ledger

import "github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"

// DecodeCallback reads the callback of an order, without its password. It is
// for Config.Decode.
func DecodeCallback(body []byte) Result {
	frame, err := answer.Parse("the callback", body)
	if err != nil {
		return Result{Kind: ResultNotFinal, Message: err.Error()}
	}
	switch frame.Status {
	case answer.Failure:
		return Result{Kind: ResultFailure, Message: frame.Message}
	case answer.Success:
		desktop, err := frame.Desktop()
		if err != nil {
			return Result{Kind: ResultNotFinal, Message: err.Error()}
		}
		return Result{Kind: ResultSuccess, Username: desktop.Username, UUID: desktop.UUID}
	}
	return Result{Kind: ResultNotFinal, Message: "its status is neither success (0) nor failure (-1)"}
}
