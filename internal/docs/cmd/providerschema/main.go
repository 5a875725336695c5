// Command providerschema prints the schemas of the provider for tfplugindocs.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/docs"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/provider"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	schemas, err := docs.Schemas(ctx, providerserver.NewProtocol6(provider.New("docs")())())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(tfjson.ProviderSchemas{
		FormatVersion: "1.0",
		// tfplugindocs uses the short name of the provider as the key, not its
		// address.
		Schemas: map[string]*tfjson.ProviderSchema{"clouddesktop": schemas},
	})
}
