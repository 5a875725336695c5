package desktop

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// checkCallback returns an error if the service cannot reach the callback URL.
func checkCallback(client *desktop.Client) diag.Diagnostics {
	host, ok := client.CallbackReachable()
	if ok {
		return nil
	}
	return diag.Diagnostics{diagnose.AttributeError(path.Empty(), "Callback Address Is Not Reachable",
		fmt.Sprintf("The cloud desktop service runs on another machine, but the callback URL would be %s, which only this machine can reach. "+
			"In the provider's callback block set listen to an address that the service can reach, such as 0.0.0.0:8700, "+
			"and url to the address at which the service reaches it, such as https://runner.example.com:8700.", host))}
}
