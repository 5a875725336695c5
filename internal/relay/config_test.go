package relay

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseArgs_errors(t *testing.T) {
	t.Parallel()
	short := write(t, "short", "abc")
	for want, args := range map[string][]string{
		"--inbox: it is required":                        nil,
		"--inbox: a relay cannot store in another relay": {"--inbox", "https://relay.example.com"},
		"--listen: \"8700\" is not an address":           {"--inbox", "x", "--listen", "8700"},
		"--tls-cert: it requires --tls-key":              {"--inbox", "x", "--tls-cert", "c.pem"},
		"--tls-key: it requires --tls-cert":              {"--inbox", "x", "--tls-key", "k.pem"},
		"--tls-cert: the certificate and its key cannot": {"--inbox", "x", "--tls-cert", "no.pem", "--tls-key", "no.pem"},
		"--token-file: it cannot be read":                {"--inbox", "x", "--token-file", "no-such-file"},
		"--token-file: the token has 3 characters":       {"--inbox", "x", "--token-file", short},
		"--recipient: \"age1x\" is not a recipient":      {"--inbox", "x", "--recipient", "age1x"},
		"--max-connections: 0 is not":                    {"--inbox", "x", "--max-connections", "0"},
		"\"inbox\" is not a flag":                        {"inbox"},
		"flag provided but not defined: -inbxo":          {"--inbxo", "x"},
	} {
		var stderr bytes.Buffer
		code := Command{Getenv: noEnv, Stderr: &stderr}.Run(t.Context(), args)
		if code != exitUsage || !strings.Contains(stderr.String(), want) {
			t.Errorf("%q: exit code %d and %q, want %q", args, code, stderr.String(), want)
		}
	}
}

func TestParseArgs_listensOnThePortOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		port string
		args []string
	}{
		":8700":     {"", nil},
		":9000":     {"9000", nil},
		"[::1]:123": {"9000", []string{"--listen", "[::1]:123"}},
	} {
		cfg, err := parseArgs(append(c.args, "--inbox", "x"), func(string) string { return c.port }, &bytes.Buffer{})
		if err != nil || cfg.listen != want {
			t.Errorf("it listens on %q (%v), want %q", cfg.listen, err, want)
		}
	}
}

func TestCommand_printsItsUsage(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if code := (Command{Getenv: noEnv, Stderr: &stderr}).Run(t.Context(), []string{"--help"}); code != exitOK || !strings.Contains(stderr.String(), "-token-file") {
		t.Errorf("exit code %d and %q", code, stderr.String())
	}
}

func TestCommand_unusableInbox(t *testing.T) {
	t.Parallel()
	file := write(t, "file", "")
	open := filepath.Join(t.TempDir(), "open")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o777)); err != nil { //nolint:gosec // The relay must refuse this folder.
		t.Fatal(err)
	}
	newer := filepath.Join(t.TempDir(), "newer")
	if err := errors.Join(os.Mkdir(newer, 0o700), os.WriteFile(filepath.Join(newer, "format.json"), []byte(`{"version":99}`), 0o600)); err != nil {
		t.Fatal(err)
	}
	for want, inbox := range map[string]string{
		"is not a directory":          file,
		"mode 0777":                   open,
		"upgrade the provider or":     newer,
		"pathexpand":                  "~/inbox",
		"the inbox cannot be used":    "s3://bucket?endpoint=http://127.0.0.1:1",
		"is not the address of an in": "gs://bucket",
	} {
		getenv := func(string) string { return "" }
		var stderr bytes.Buffer
		code := Command{Getenv: getenv, Stderr: &stderr}.Run(t.Context(), []string{"--listen", "127.0.0.1:0", "--inbox", inbox})
		if code != exitFailure || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit code %d and %q, want %q", inbox, code, stderr.String(), want)
		}
	}
}
