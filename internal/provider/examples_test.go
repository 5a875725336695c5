package provider_test

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/simulator"
)

const examples = "../../examples"

// kinds contains, for each kind of type, the folder of its examples, and the
// prefix and suffix of the files that tfplugindocs shows.
var kinds = map[string]struct{ folder, begin, end string }{
	"resource":  {"resources", "resource", ".tf"},
	"data":      {"data-sources", "data-source", ".tf"},
	"ephemeral": {"ephemeral-resources", "ephemeral-resource", ".tf"},
	"list":      {"list-resources", "list-resource", ".tfquery.hcl"},
	"action":    {"actions", "action", ".tf"},
}

func TestExamples_complete(t *testing.T) {
	t.Parallel()
	identities := identities(t)
	folders := map[string]bool{}
	for _, entry := range schemaEntries(t) {
		kind, ok := kinds[entry.kind]
		if !ok {
			continue
		}
		folder := filepath.Join(examples, kind.folder, entry.name)
		folders[folder] = true
		main := read(t, filepath.Join(folder, kind.begin+kind.end))
		if !strings.Contains(main, fmt.Sprintf("%s %q ", entry.kind, entry.name)) {
			t.Errorf("the example of %s %s has none", entry.kind, entry.name)
		}
		if entry.kind == "resource" && identities[entry.name] != nil {
			for _, file := range []string{"import.sh", "import-by-string-id.tf", "import-by-identity.tf"} {
				read(t, filepath.Join(folder, file))
			}
		}
	}
	for _, kind := range kinds {
		for _, folder := range glob(t, kind.folder, "*") {
			if !folders[folder] {
				t.Errorf("%s is the example of no type", folder)
			}
		}
	}
}

// newer finds features that older supported Terraform versions do not have,
// with the minor version that added them.
var newer = []struct {
	what  *regexp.Regexp
	since int
}{
	{regexp.MustCompile(`(?m)^ephemeral "|\bephemeral += true`), 10},
	{regexp.MustCompile(`(?m)^ +\w+_wo +=`), 11},
	{regexp.MustCompile(`(?m)^ +identity = {`), 12},
	{regexp.MustCompile(`(?m)^action "`), 14},
}

// Every example is planned: each file alone, as a user copies it, or all files
// of a folder that is one configuration.
func TestExamples_planned(t *testing.T) {
	t.Parallel()
	sim, url := simulate(t)
	for _, folder := range folders(t) {
		t.Run(strings.TrimPrefix(folder, examples+"/"), func(t *testing.T) {
			t.Parallel()
			cli := cliFor(t, url)
			version := acctest.CLIVersion(t)
			for _, config := range configurations(t, folder) {
				if since := needs(config); !version.Supports(since) {
					t.Logf("%s does not have the features of Terraform 1.%d of:\n%s", version, since, config)
					continue
				}
				cli.Write("example.tf", config)
				cli.Write("rest.tf", rest(sim, url, config))
				cli.MustRun("init")
				if r := cli.Run("plan"); r.Code != 0 {
					t.Errorf("the plan failed:\n%s%s\nof:\n%s", r.Stdout, r.Stderr, config)
				}
			}
		})
	}
}

// The command in import.sh works with the example in the same folder.
func TestExamples_imported(t *testing.T) {
	t.Parallel()
	sim, url := simulate(t)
	for _, script := range glob(t, "resources", "*", "import.sh") {
		t.Run(filepath.Base(filepath.Dir(script)), func(t *testing.T) {
			t.Parallel()
			found := regexp.MustCompile(`(?m)^terraform import (\S+) '?([^\s']+)'?$`).FindStringSubmatch(read(t, script))
			if found == nil {
				t.Fatalf("%s contains no import", script)
			}
			config := read(t, filepath.Join(filepath.Dir(script), "resource.tf"))
			cli := cliFor(t, url)
			cli.Write("example.tf", config)
			cli.Write("rest.tf", rest(sim, url, config))
			cli.MustRun("init")
			cli.MustRun("import", found[1], found[2])
		})
	}
}

// folders returns all folders with example configurations.
func folders(t *testing.T) []string {
	t.Helper()
	var folders []string
	err := filepath.WalkDir(examples, func(path string, _ fs.DirEntry, err error) error {
		folder := filepath.Dir(path)
		if filepath.Ext(path) == ".tf" && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

func configurations(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	var configs []string
	for _, file := range files {
		configs = append(configs, read(t, file))
	}
	if !strings.HasPrefix(filepath.Base(folder), "clouddesktop_") && filepath.Base(folder) != "provider" {
		configs = []string{strings.Join(configs, "\n")}
	}
	return configs
}

func needs(config string) int {
	since := 0
	for _, feature := range newer {
		if feature.what.MatchString(config) {
			since = max(since, feature.since)
		}
	}
	return since
}

// rest returns the parts of a configuration that an example does not contain.
func rest(sim *simulator.Simulator, url, config string) string {
	var rest string
	if !strings.Contains(config, "required_providers") {
		rest += "terraform {\n  required_providers {\n    clouddesktop = { source = \"clouddesktop/clouddesktop\" }\n  }\n}\n"
	}
	switch {
	case !strings.Contains(config, `provider "clouddesktop"`):
		rest += sim.Configuration(url)
	case !strings.Contains(config, `resource "`):
		// Without a resource, Terraform does not validate the provider block.
		rest += "resource \"clouddesktop_desktop\" \"any\" {\n  user_group = \"any\"\n  os = \"win10\"\n}\n"
	}
	return rest
}

// simulate runs a simulator with the objects in the examples.
func simulate(t *testing.T) (sim *simulator.Simulator, url string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sim = simulator.New(func(string) {})
	uuid := sim.Desktop.AddDesktop("dev_01", "win10")
	sim.Desktop.SetVolumes(uuid, 100<<30)
	sim.Desktop.AddDesktop("dev_02", "kylin")
	sim.Desktop.Change(uuid, func(d *desktoptest.Desktop) { d.UUID = "9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f" })
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- sim.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return sim, "http://" + listener.Addr().String()
}

// cliFor returns a CLI with values for the variables of the examples.
func cliFor(t *testing.T, url string) *acctest.CLI {
	t.Helper()
	cli := acctest.NewCLI(t)
	cli.Env = append(
		cli.Env,
		"TF_VAR_password=correct horse battery staple",
		"TF_VAR_guest=Grace",
		"TF_VAR_user_group=design",
		`TF_VAR_desktops={"ada":"win10"}`,
		"CLOUDDESKTOP_ENDPOINT="+url,
		"CLOUDDESKTOP_HPC_TOKEN=any",
		"HW_ACCESS_KEY="+identitytest.AccessKey,
		"HW_SECRET_KEY="+identitytest.SecretKey,
		"OS_APPLICATION_CREDENTIAL_ID="+identitytest.CredentialID,
		"OS_APPLICATION_CREDENTIAL_SECRET="+identitytest.CredentialSecret,
		"TENCENTCLOUD_SECRET_ID="+simulator.CVMSecretID,
		"TENCENTCLOUD_SECRET_KEY="+simulator.CVMSecretKey,
	)
	return cli
}

func glob(t *testing.T, elements ...string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(append([]string{examples}, elements...)...))
	if err != nil || len(found) == 0 {
		t.Fatalf("there is nothing in examples/%s: %v", filepath.Join(elements...), err)
	}
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	return string(content)
}
