package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
)

// screen prints the output of Terraform and the events of the service.
type screen struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *screen) line(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = fmt.Fprintf(s.out, format+"\n", args...)
}

func (s *screen) title(text string) { s.line("\n━━ %s", text) }

func (s *screen) command(name string, args []string) {
	s.line("   $ %s %s", name, strings.Join(args, " "))
}

// service prints an event of the simulator. It does not print the answers about
// missing users: before an order, the provider looks for existing users of the
// group, and these answers would look like errors.
func (s *screen) service(text string) {
	if !strings.Contains(text, "there is no user") {
		s.line("       service ┊ %s", text)
	}
}

// terraform prints the important lines of Terraform's output and returns the
// lines that are not JSON, which only matter if the command fails.
func (s *screen) terraform(output io.Reader) (hidden []string) {
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct {
			Message    string `json:"@message"`
			Type       string `json:"type"`
			Diagnostic struct {
				Detail string `json:"detail"`
			} `json:"diagnostic"`
		}
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			hidden = append(hidden, lines.Text())
			if text := lines.Text(); strings.Contains(text, "successfully initialized") {
				s.line("     terraform │ %s", strings.TrimSpace(text))
			}
			continue
		}
		switch event.Type {
		case "version", "refresh_start", "refresh_complete", "outputs", "apply_progress":
			continue
		}
		s.line("     terraform │ %s", event.Message)
		if detail := event.Diagnostic.Detail; detail != "" {
			s.line("               │   %s", strings.ReplaceAll(detail, "\n", "\n               │   "))
		}
	}
	// Terraform would block if the rest were not read.
	_, _ = io.Copy(io.Discard, output)
	return hidden
}

// failure prints the text of a command that failed, without empty lines at both
// ends.
func (s *screen) failure(lines []string) {
	text := strings.Trim(strings.Join(lines, "\n"), "\n")
	if text == "" {
		return // The command printed JSON, which has already been shown.
	}
	for line := range strings.SplitSeq(text, "\n") {
		s.line("     terraform │ %s", line)
	}
}
