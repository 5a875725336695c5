package clients

import (
	"os"
	"path/filepath"
	"strings"
)

// scope returns the scope of the orders of this state: the configured scope, if
// any, and the name of the workspace.
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

// workspaceName returns the name of the selected workspace. It uses the same
// rules as Terraform.
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

// commandFlags returns the flags with which the subcommand orders uses this
// inbox.
func (s settings) commandFlags() string {
	if !s.isSet("inbox") {
		return ""
	}
	return " --inbox '" + strings.ReplaceAll(s.get("inbox"), "'", `'\''`) + "'"
}

// inboxMayBeLost reports whether the inbox is in the working directory of a CI
// runner, which may not exist in the next run.
func (s settings) inboxMayBeLost() bool {
	runner := s.env.Getenv("CI") != "" || s.env.Getenv("TFC_RUN_ID") != ""
	return runner && !s.isSet("inbox")
}
