package drift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// maxValue is how much of a value is shown, in characters.
const maxValue = 200

// value prints a value of Terraform on one line.
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

// quote prints a value as JSON that leaves every script as it is.
func quote(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return "?"
	}
	return plain(strings.TrimSuffix(b.String(), "\n"))
}

// plain escapes what cannot be seen or turns text around, so that a name neither
// moves the cursor of a terminal nor looks like another name. The two joiners
// are part of several scripts.
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
