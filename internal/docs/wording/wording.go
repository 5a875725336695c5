// Package wording finds phrases that are hard to read for users who are not
// native speakers of English. CONTRIBUTING.md contains the words to use
// instead.
package wording

import (
	"regexp"
	"strings"
)

// unusual matches the phrases. A match of the last group, "is no", is fine after
// "there" and before "longer" and "such".
var unusual = regexp.MustCompile(`(?i)\b(?:anew|besides|whoever|in the place of|` +
	`tak(?:e|es|en|ing) (?:\w+ ){0,3}up|giv(?:e|es|en|ing) (?:\w+ ){0,2}up|` +
	`goes (?:with|before)|go before|hand(?:s|ed)? (?:\w+ )?on|` +
	`tells? (?:of|nothing|neither)|to and fro|shall|hangs? on|cannot be had|dealt with|` +
	`the own|stands? for|time-outs?|first passwords?|no end came|behind (?:its|their) back|` +
	`for ever|all the same|at hand|in silence|(?:is|are|was|were) gone|(?:becomes?|became) of|` +
	`g(?:ives?|ave|iven) out|(?:goes|went|going) on|hangs? up|(?:wakes?|woke|woken) up|wins? over|` +
	`(?:leaves?|left) (?:\w+ )?alone|(?:is|are) told|on (?:its|their|the) way|in the words of|` +
	`(?P<verb>(?:there )?(?:is|are) no) (?P<noun>\w+))\b`)

// Find returns the unusual phrases of a text.
func Find(text string) []string {
	var found []string
	for _, match := range unusual.FindAllStringSubmatch(text, -1) {
		verb, noun := strings.ToLower(match[1]), strings.ToLower(match[2])
		if strings.HasPrefix(verb, "there ") || verb != "" && (noun == "longer" || noun == "such") {
			continue
		}
		found = append(found, match[0])
	}
	return found
}

var (
	codeBlocks = regexp.MustCompile("(?s)```.*?```")
	words      = regexp.MustCompile(`[A-Za-z][\w'-]*`)
	comments   = regexp.MustCompile(`//(.*)`)
)

// Prose returns a Markdown text without its code blocks, which keep their lines.
func Prose(markdown string) string {
	return codeBlocks.ReplaceAllStringFunc(markdown, func(block string) string {
		return strings.Repeat("\n", strings.Count(block, "\n"))
	})
}

// Comments returns the line comments of a Go file, each on its line.
func Comments(source string) string {
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		lines[i] = ""
		if comment := comments.FindStringSubmatch(line); comment != nil {
			lines[i] = comment[1]
		}
	}
	return strings.Join(lines, "\n")
}

// CountWords counts the words of a text.
func CountWords(text string) int { return len(words.FindAllString(text, -1)) }
