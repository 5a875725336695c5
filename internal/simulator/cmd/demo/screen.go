package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
)

// screen prints what Terraform and the service do, side by side.
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

func (s *screen) command(args []string) { s.line("   $ terraform %s", strings.Join(args, " ")) }

// service prints an event of the simulator.
func (s *screen) service(text string) { s.line("       service ┊ %s", text) }

// terraform prints what a person wants to see of Terraform's output: lines of
// JSON, or of text that only an error makes interesting.
func (s *screen) terraform(output io.Reader) {
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
			if text := lines.Text(); strings.Contains(text, "Error") || strings.Contains(text, "successfully initialized") {
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
	// Terraform must be able to write on, whatever could not be read.
	_, _ = io.Copy(io.Discard, output)
}
