package receiver

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
)

// MaxBody is the largest body of a callback in bytes, before and after
// decompression.
const MaxBody = 64 << 10

var (
	gzipMagic = []byte{0x1f, 0x8b}
	utf8Mark  = []byte{0xef, 0xbb, 0xbf}
	utf16Mark = [][]byte{{0xfe, 0xff}, {0xff, 0xfe}}
)

var errTooLarge = errors.New("the decompressed body is larger than 64 KiB")

// readBody returns the body without compression and byte order mark. A body
// that cannot be decompressed is returned unchanged; it is then rejected
// because it is not JSON.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, "the body is larger than 64 KiB", nil}
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "the body ended early", err}
	}
	if bytes.HasPrefix(body, gzipMagic) {
		plain, err := decompress(body)
		if errors.Is(err, errTooLarge) {
			return nil, &refusal{http.StatusRequestEntityTooLarge, errTooLarge.Error(), nil}
		}
		if err == nil {
			body = plain
		}
	}
	return bytes.TrimPrefix(body, utf8Mark), nil
}

func decompress(body []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(reader, MaxBody+1))
	if len(plain) > MaxBody {
		return nil, errTooLarge
	}
	return plain, err
}

// NotFinalReason returns why a callback is not the result of a call, or "". It
// quotes only the status from the body, which is a number.
func NotFinalReason(kind id.Kind, body []byte) string {
	switch {
	case len(body) == 0:
		return "it is empty"
	case bytes.HasPrefix(body, utf16Mark[0]), bytes.HasPrefix(body, utf16Mark[1]), bytes.HasPrefix(body, []byte{'{', 0}):
		return "it is not UTF-8 but UTF-16"
	case !utf8.Valid(body):
		return "it is not UTF-8"
	}
	frame, err := answer.Parse("the callback", body)
	switch {
	case err != nil:
		return err.Error()
	case frame.Status == answer.Failure:
		return ""
	case frame.Status != answer.Success:
		return fmt.Sprintf("its status is %.20q, neither success (0) nor failure (-1)", string(frame.Status))
	case kind == id.Order:
		if _, err := frame.Desktop(); err != nil {
			return err.Error()
		}
	}
	return ""
}
