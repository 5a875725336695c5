package simulator

import (
	"fmt"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

const requiredProviders = `terraform {
  required_providers {
    clouddesktop = {
      source = "clouddesktop/clouddesktop"
    }
  }
}

`

// ProviderFile returns a file that lets Terraform use the simulator at url. With
// resources in a second file it is a complete configuration.
func (s *Simulator) ProviderFile(url string, desktop ...string) string {
	return requiredProviders + s.Configuration(url, desktop...)
}

// Configuration returns a provider block that uses the simulator at url for
// every service, with the credentials of the fakes. The lines in desktop are
// added to the block of the desktop service.
func (s *Simulator) Configuration(url string, desktop ...string) string {
	var b strings.Builder
	block := func(name string, lines ...string) {
		fmt.Fprintf(&b, "  %s {\n", name)
		for _, line := range aligned(lines) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
		b.WriteString("  }\n")
	}
	set := func(name, value string) string { return fmt.Sprintf("%s = %q", name, value) }
	b.WriteString("provider \"clouddesktop\" {\n")
	block("desktop", append([]string{set("endpoint", url)}, desktop...)...)
	block("hpc", set("endpoint", url), set("token", s.HPC.Token(time.Now().Add(24*time.Hour))))
	block("huaweicloud",
		set("region", identitytest.Region),
		set("project_id", identitytest.ProjectID),
		set("workspace_endpoint", url),
		set("ecs_endpoint", url),
		set("iam_endpoint", url),
		set("access_key", identitytest.AccessKey),
		set("secret_key", identitytest.SecretKey),
	)
	block("openstack",
		set("auth_url", url+"/v3"),
		set("region", identitytest.Region),
		set("application_credential_id", identitytest.CredentialID),
		set("application_credential_secret", identitytest.CredentialSecret),
	)
	block("tencentcloud",
		set("endpoint", url),
		set("region", CVMRegion),
		set("secret_id", CVMSecretID),
		set("secret_key", CVMSecretKey),
	)
	b.WriteString("}\n")
	return b.String()
}

// aligned lines up the equals signs, as terraform fmt does.
func aligned(lines []string) []string {
	width := 0
	for _, line := range lines {
		name, _, _ := strings.Cut(line, " = ")
		width = max(width, len(name))
	}
	formatted := make([]string, len(lines))
	for i, line := range lines {
		name, value, _ := strings.Cut(line, " = ")
		formatted[i] = fmt.Sprintf("%-*s = %s", width, name, value)
	}
	return formatted
}
