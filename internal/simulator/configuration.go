package simulator

import (
	"fmt"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

// Configuration is a provider block in which every service is the simulator at
// url. It holds the credentials of the fakes, and in the block of the desktop
// service any further lines.
func (s *Simulator) Configuration(url string, desktop ...string) string {
	var b strings.Builder
	block := func(name string, lines ...string) {
		fmt.Fprintf(&b, "  %s {\n", name)
		for _, line := range lines {
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
