package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest"
)

// writeHeader writes the versions and settings that are needed to reproduce the
// results.
func writeHeader(out io.Writer, set settings, args []string) error {
	cli, err := acctest.InstalledVersion()
	if err != nil {
		return err
	}
	command := "make -s bench"
	if len(args) > 0 {
		command += fmt.Sprintf(" BENCH_FLAGS='%s'", strings.Join(args, " "))
	}
	_, err = fmt.Fprintf(out, `# Results of the benchmark

Measured on %s with: %s

- Machine: %s/%s, %d CPUs%s
- Versions: %s, terraform-plugin-framework %s, %s

The provider is compared with a stock provider that has the same schemas and does no I/O. The two take turns, and the numbers are medians (rounds: %d): provider / stock = ratio.
The plan after an apply also confirms the orders in the inbox; the plans after it change nothing.
An HTTP backend keeps the states in memory: with a local file, Terraform writes the whole state at every change.
More than %d desktops are not ordered: the benchmark writes their state. It has no references to orders, so a plan does not read the inbox.
`, time.Now().UTC().Format(time.DateOnly), "`"+command+"`", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), model(),
		cli, framework(), runtime.Version(), set.rounds, set.largestApply)
	return err
}

var modelName = regexp.MustCompile(`(?m)^model name\s*: (.+)$`)

// model returns the name of the CPU, if the system reports it.
func model() string {
	content, err := os.ReadFile("/proc/cpuinfo")
	if match := modelName.FindSubmatch(content); err == nil && match != nil {
		return fmt.Sprintf(" (%s)", match[1])
	}
	return ""
}

// framework is the version of the framework in this program.
func framework() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if strings.HasSuffix(module.Path, "/terraform-plugin-framework") {
				return module.Version
			}
		}
	}
	return "of an unknown version"
}
