package provider_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

var (
	terraformBlock = regexp.MustCompile("(?ms)^```terraform\n(.*?)^```$")
	fileArgument   = regexp.MustCompile(`file\("([^"]+)"\)`)
	// elsewhere matches parts of other configurations: lists, which have
	// separate files, modules, and examples with another provider.
	elsewhere = regexp.MustCompile(`(?m)^(list|module|resource "vault_)|^ +ephemeral += true`)
	version   = regexp.MustCompile(`(?m)^ +version += "~> 0.1"\n`)
)

// A configuration that stands only in a guide is valid: it has no argument that
// does not exist, and lacks none that only a plan would ask for. Those in examples/ are planned by other tests.
func TestGuides_validConfigurations(t *testing.T) {
	t.Parallel()
	var planned strings.Builder
	for _, folder := range folders(t) {
		planned.WriteString(strings.Join(configurations(t, folder), "\n"))
	}
	sim, url := simulate(t)
	cli := cliFor(t, url)
	pages, err := filepath.Glob("../../docs/guides/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d guides: %v", len(pages), err)
	}
	validated := 0
	for _, page := range pages {
		for _, block := range terraformBlock.FindAllStringSubmatch(read(t, page), -1) {
			config := version.ReplaceAllString(block[1], "")
			if strings.Contains(planned.String(), strings.TrimSpace(config)) || elsewhere.MatchString(config) || !acctest.CLIVersion(t).Supports(needs(config)) {
				continue
			}
			for _, file := range fileArgument.FindAllStringSubmatch(config, -1) {
				cli.Write(file[1], "any")
			}
			cli.Write("example.tf", config)
			cli.Write("rest.tf", rest(sim, url, config))
			if validated == 0 {
				cli.MustRun("init")
			}
			validated++
			if strings.Contains(config, " inbox ") && !strings.Contains(config, " scope ") {
				t.Errorf("%s: an inbox requires a scope in\n%s", filepath.Base(page), config)
			}
			if r := cli.Run("validate"); r.Code != 0 {
				t.Errorf("%s: %s%s\nof:\n%s", filepath.Base(page), r.Stdout, r.Stderr, config)
			}
		}
	}
	if validated < 5 {
		t.Errorf("only %d configurations were validated", validated)
	}
}
