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
	// SecurityToken goes with temporary credentials, and is empty otherwise.
	SecurityToken string
}

// CredentialsProvider returns credentials. It may take its time.
type CredentialsProvider func() (Credentials, error)

// Static is the source of credentials that are known.
func StaticCredentials(c Credentials) CredentialsProvider {
	return func() (Credentials, error) { return c, nil }
}

// Found is the source of the credentials that Tencent's tools would use when
// none are given: the credentials file, or else the role of the CVM that this
// process runs on. They are looked for at the first call, and once found kept;
// those of a role are renewed before they expire.
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

// lookUpTime bounds the search: away from Tencent's network nothing may answer
// under the address that tells the role of a CVM, and the SDK waits for it
// without an end.
const lookUpTime = 10 * time.Second

// lookUp asks the source and leaves it behind when ctx ends.
func (s CredentialsProvider) lookUp(ctx context.Context) (Credentials, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lookUpTime, errors.New("no answer about the role of this machine"))
	defer cancel()
	type result struct {
		credentials Credentials
		err         error
	}
	results := make(chan result, 1)
	go func() {
		c, err := s()
		results <- result{c, err}
	}()
	var r result
	select {
	case r = <-results:
	case <-ctx.Done():
		r.err = context.Cause(ctx)
	}
	if r.err != nil {
		return Credentials{}, failure(api.Denied, "no credentials were found",
			"Set secret_id and secret_key in the tencentcloud block, or TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, "+
				"or write them to ~/.tencentcloud/credentials, or give the CVM that Terraform runs on a role.", r.err)
	}
	return r.credentials, nil
}
