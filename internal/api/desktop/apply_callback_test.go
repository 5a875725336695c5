package desktop_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// after sends another callback before the usual one.
func after(body string) desktoptest.Callback {
	return func(op *desktoptest.Task) {
		op.SendBody([]byte(body))
		op.Send(op.Execute())
	}
}

func interimThenFailure(op *desktoptest.Task) {
	op.SendBody([]byte(`{"status":"1"}`))
	desktoptest.Failure("sold out")(op)
}

// changed changes the bytes of the usual callback.
func changed(change func([]byte) []byte, header http.Header) desktoptest.Callback {
	return func(op *desktoptest.Task) {
		body, err := json.Marshal(op.Execute())
		if err != nil {
			panic(err)
		}
		op.Header = header
		op.SendBody(change(body))
	}
}

// replaced replaces a part of the usual callback.
func replaced(part, by string) desktoptest.Callback {
	return changed(func(body []byte) []byte { return []byte(strings.ReplaceAll(string(body), part, by)) }, nil)
}

// suffixed sends the usual callback to the callback URL with a suffix.
func suffixed(suffix string) desktoptest.Callback {
	return func(op *desktoptest.Task) {
		op.Suffix = suffix
		op.Send(op.Execute())
	}
}

func zipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

func inUTF16(body []byte) []byte {
	encoded := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(string(body))) {
		encoded = append(encoded, byte(unit), byte(unit>>8))
	}
	return encoded
}

// callbackFirst answers after the callback has been answered.
func callbackFirst(server *desktoptest.Server) desktoptest.Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
		answer := httptest.NewRecorder()
		serve(answer, r)
		for len(server.Deliveries()) == 0 {
			<-time.After(time.Millisecond)
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}
}
