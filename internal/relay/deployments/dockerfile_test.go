package deployments

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// stages parses the Dockerfile with the parser of a build. Findings of its
// linter are errors.
func stages(t *testing.T, content string) []instructions.Stage {
	t.Helper()
	parsed, err := parser.Parse(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range parsed.Warnings {
		t.Error(warning.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, description, _, message string, _ []parser.Range) {
		t.Errorf("%s: %s (%s)", rule, message, description)
	}})
	found, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDockerfile_runsAsAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	all := stages(t, read(t, "Dockerfile"))
	if len(all) != 2 || all[1].BaseName != "scratch" {
		t.Fatalf("the image is not built from scratch: %v", all)
	}
	got := map[string]any{}
	for _, command := range all[1].Commands {
		switch c := command.(type) {
		case *instructions.CopyCommand:
			if c.From != all[0].Name {
				t.Errorf("%s is copied from %q and not from the build", c.SourcePaths, c.From)
			}
			got["copy "+c.DestPath] = c.Chown
		case *instructions.UserCommand:
			got["user"] = c.User
		case *instructions.ExposeCommand:
			got["expose"] = c.Ports
		case *instructions.VolumeCommand:
			got["volume"] = c.Volumes
		case *instructions.EntrypointCommand:
			got["entrypoint"], got["shell"] = []string(c.CmdLine), c.PrependShell
		case *instructions.CmdCommand:
			got["cmd"] = []string(c.CmdLine)
		default:
			t.Errorf("%s is not expected in an image without a shell", command.Name())
		}
	}
	want := map[string]any{
		"copy /etc/ssl/certs/ca-certificates.crt": "",
		"copy /terraform-provider-clouddesktop":   "",
		"copy /data/inbox":                        "65532:65532",
		"user":                                    "65532:65532",
		"expose":                                  []string{"8700"},
		"volume":                                  []string{"/data/inbox"},
		"entrypoint":                              []string{"/terraform-provider-clouddesktop", "relay"},
		"shell":                                   false,
		"cmd":                                     []string{"--inbox", "/data/inbox"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
