package clients

import (
	"os"
	"path/filepath"
	"strings"
)

// scope returns the name of the orders of this state: the workspace's name, after
// the configured one if there is one.
func (s settings) scope() (string, error) {
	scope := s.get("scope")
	if scope == "" {
		scope = s.env.Getenv("TFC_WORKSPACE_NAME")
	}
	if scope == "" && s.isSet("inbox") {
		return "", s.missing("scope", "the inbox may hold the orders of several Terraform states, and the scope is the name of this one")
	}
	if scope == "" {
		return workspaceName(s.env), nil
	}
	return scope + "/" + workspaceName(s.env), nil
}

// workspaceName returns the name of the selected workspace, as Terraform finds it.
func workspaceName(env Env) string {
	if name := env.Getenv("TF_WORKSPACE"); name != "" {
		return name
	}
	name, err := os.ReadFile(filepath.Join(dataDir(env), "environment"))
	if text := strings.TrimSpace(string(name)); err == nil && text != "" {
		return text
	}
	return "default"
}

// commandFlags are what the subcommand orders needs to find this inbox.
func (s settings) commandFlags() string {
	if !s.isSet("inbox") {
		return ""
	}
	return " --inbox '" + strings.ReplaceAll(s.get("inbox"), "'", `'\''`) + "'"
}

// inboxMayBeLost reports whether the inbox is in the directory of a CI runner, which
// may not be kept until the next run.
func (s settings) inboxMayBeLost() bool {
	runner := s.env.Getenv("CI") != "" || s.env.Getenv("TFC_RUN_ID") != ""
	return runner && !s.isSet("inbox")
}
