package drift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// maxValue is the number of characters of a value that are shown.
const maxValue = 200

// value formats a value of Terraform on one line.
func value(raw json.RawMessage) string {
	if isNull(raw) {
		return "null"
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return "?"
	}
	text := []rune(quote(v))
	if len(text) > maxValue {
		return string(text[:maxValue]) + "…"
	}
	return string(text)
}

// quote formats a value as JSON without escaping other scripts.
func quote(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return "?"
	}
	return plain(strings.TrimSuffix(b.String(), "\n"))
}

// plain escapes invisible and direction-changing characters, so that a name
// cannot move the cursor of a terminal or look like another name. The two
// joiners are not escaped, because several scripts use them.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsPrint(r), r == '\u200c', r == '\u200d':
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}
