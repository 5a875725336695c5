package cvm

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// Credentials sign a request.
type Credentials struct {
	SecretID, SecretKey string
	// SecurityToken is set only for temporary credentials.
	SecurityToken string
}

// CredentialsProvider returns credentials. It may send requests.
type CredentialsProvider func() (Credentials, error)

// StaticCredentials returns a provider of fixed credentials.
func StaticCredentials(c Credentials) CredentialsProvider {
	return func() (Credentials, error) { return c, nil }
}

// DefaultCredentials returns a provider of the credentials that Tencent's tools
// use by default: those in the credentials file, or else those of the role of
// the CVM instance that this process runs on. The first call looks for them,
// and later calls use the same. The SDK renews those of a role before they
// expire.
func DefaultCredentials() CredentialsProvider {
	var (
		mu    sync.Mutex
		found common.CredentialIface
	)
	chain := common.NewProviderChain([]common.Provider{common.DefaultProfileProvider(), common.DefaultCvmRoleProvider()})
	return func() (Credentials, error) {
		mu.Lock()
		defer mu.Unlock()
		if found == nil {
			var err error
			if found, err = chain.GetCredential(); err != nil {
				return Credentials{}, err
			}
		}
		id, key, token := found.GetCredential()
		return Credentials{SecretID: id, SecretKey: key, SecurityToken: token}, nil
	}
}

// lookUpTimeout limits the search. Outside Tencent's network, the metadata
// service of a CVM instance may not answer, and the SDK has no timeout.
const lookUpTimeout = 10 * time.Second

// credentials returns the credentials of the provider. A call of the provider
// cannot be cancelled, so all callers share one call, also after a timeout.
func (c *Client) credentials(ctx context.Context) (Credentials, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lookUpTimeout, errors.New("timed out while looking for credentials of a role of this machine"))
	defer cancel()
	found := c.lookUps.DoChan("", func() (any, error) { return c.config.Credentials() })
	var err error
	select {
	case r := <-found:
		if r.Err == nil {
			return r.Val.(Credentials), nil //nolint:forcetypeassert // The function above returns this type.
		}
		err = r.Err
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return Credentials{}, unsentError(api.Denied, "no credentials were found",
		"Set secret_id and secret_key in the tencentcloud block, or TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, "+
			"or write them to ~/.tencentcloud/credentials, or give a role to the CVM that Terraform runs on.", err)
}
