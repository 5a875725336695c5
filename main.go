// Command terraform-provider-clouddesktop is the Terraform provider for cloud
// desktops. Its subcommands work without Terraform.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/serve"
)

// version is set with -ldflags.
var version = "dev"

func main() {
	if len(os.Args) > 1 {
		if run := subcommands[os.Args[1]]; run != nil {
			os.Exit(run(os.Args[2:]))
		}
	}
	debug := flag.Bool("debug", false, "keep running and print how Terraform attaches to this process, for use with a debugger")
	flag.Parse()
	if err := serve.Provider(provider.New(version), *debug); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
