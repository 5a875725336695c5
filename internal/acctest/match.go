package acctest

import (
	"regexp"
	"strings"
)

// ErrorContains matches a text in an error of Terraform, ignoring line breaks and
// the frames that Terraform draws.
func ErrorContains(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}
