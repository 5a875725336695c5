package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const repository = "../.."

// testOf maps a page, or the first line of a shell block, to the test that runs
// its commands: a package and a test name, or "by hand" and the reason.
var testOf = map[string]string{
	"docs/guides/callbacks-and-networks.md":               "internal/relay TestGuide_commands",
	"docs/guides/console-without-a-trace.md":              "internal/simulator TestConsoleGuide",
	"docs/guides/drift.md":                                "internal/simulator TestDriftGuides_commands",
	"docs/guides/drift.md: #!/bin/sh":                     "internal/simulator TestDriftCheck",
	"docs/guides/getting-started.md":                      "internal/simulator TestGettingStartedGuide",
	"docs/guides/importing-desktops.md: terraform import": "internal/simulator TestImportGuide_importCommand",
	"docs/guides/importing-desktops.md: terraform apply":  "internal/simulator TestImportGuide_generateCommands",
	"docs/guides/importing-desktops.md: terraform query":  "internal/simulator TestImportGuide_queryCommands",
	"docs/guides/interrupted-runs.md":                     "internal/orders TestGuide_commands",
	"docs/guides/limits.md: terraform apply":              "internal/simulator TestLimitsGuide_parallelism",
	"docs/guides/limits.md: export HTTPS_PROXY":           "internal/simulator TestLimitsGuide_proxy",
	"docs/guides/requests.md: age -d":                     "by hand: it needs the program age. TestRequestExample decrypts with its library",
	"docs/guides/troubleshooting.md: TF_LOG_PROVIDER":     "internal/simulator TestTroubleshootingGuide_log",
	"docs/guides/troubleshooting.md: curl":                "internal/simulator TestTroubleshootingGuide_healthCheck",
	"docs/guides/unmanaged-desktops.md":                   "internal/simulator TestDriftGuides_commands",
	"docs/guides/unreleased-builds.md":                    "internal/simulator TestUnreleasedBuildsGuide",
	"docs/guides/unreleased-builds.md: git clone":         "by hand: it clones from the network. The test builds the same programs",
	"docs/guides/upgrade.md":                              "internal/simulator TestUpgradeGuide_commands",
	"docs/resources/desktop.md: # The import ID":          "internal/provider TestExamples_imported",
	"docs/resources/desktop_policy.md: # The import ID":   "internal/provider TestExamples_imported",
	"README.md: make demo":                                "internal/simulator/cmd/demo TestDemo",
	"CONTRIBUTING.md":                                     "by hand: these commands run all tests",
	".github/SECURITY.md":                                 "by hand: it needs a published release",
}

var shellBlock = regexp.MustCompile("(?ms)^```(?:shell|sh|bash|console)\n(.*?)^```$")

// Users copy the commands, so a test must run each of them.
func TestCommands_haveTests(t *testing.T) {
	t.Parallel()
	unused := map[string]bool{}
	for key := range testOf {
		unused[key] = true
	}
	for _, page := range pages(t) {
		for _, block := range shellBlock.FindAllStringSubmatch(readPage(t, filepath.Join(repository, page)), -1) {
			line, _, _ := strings.Cut(block[1], "\n")
			key := keyOf(page, line)
			if testOf[key] == "" {
				t.Errorf("%s: no test runs %q. Write one, and name it in testOf.", page, line)
			}
			delete(unused, key)
		}
	}
	for key := range unused {
		t.Errorf("no page has the block %q", key)
	}
}

// keyOf returns the longest matching key for a block.
func keyOf(page, line string) string {
	found := ""
	for key := range testOf {
		if (key == page || strings.HasPrefix(page+": "+line, key) && strings.HasPrefix(key, page+": ")) && len(key) > len(found) {
			found = key
		}
	}
	return found
}

func TestCommands_namedTestsExist(t *testing.T) {
	t.Parallel()
	for key, value := range testOf {
		pkg, test, _ := strings.Cut(value, " ")
		if pkg == "by" {
			continue
		}
		files, err := filepath.Glob(filepath.Join(repository, pkg, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(files, func(file string) bool { return strings.Contains(readPage(t, file), "func "+test+"(") }) {
			t.Errorf("%s: there is no test %s", key, value)
		}
	}
}

// pages returns all pages for users except the Chinese ones, which contain the
// same code.
func pages(t *testing.T) []string {
	t.Helper()
	found := []string{"README.md", "CONTRIBUTING.md", ".github/SECURITY.md"}
	for _, folder := range []string{"docs", "examples"} {
		err := fs.WalkDir(os.DirFS(repository), folder, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".md") && !strings.HasSuffix(path, ".zh-CN.md") {
				found = append(found, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
