package orders

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/answer"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/address"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/process"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

// identityVariable is the environment variable that the provider reads too.
const identityVariable = "CLOUDDESKTOP_CALLBACK_AGE_IDENTITY"

// session is an open inbox.
type session struct {
	address string
	store   inbox.Store
	ledger  *ledger.Ledger
	view    *ledger.View
	// missing is true if the default inbox does not exist.
	missing bool
}

func (c *Command) open(o options) (*session, error) {
	s := &session{address: o.inbox}
	if s.address == "" {
		s.address = filepath.Join(c.dataDir(), "clouddesktop")
	}
	if !address.Remote(s.address) {
		if _, err := os.Stat(s.address); errors.Is(err, os.ErrNotExist) {
			if o.inbox != "" {
				return nil, fmt.Errorf("there is no directory %s; write the inbox of the callback block", o.inbox)
			}
			s.missing = true
		}
	}
	var err error
	if s.store, err = c.OpenInbox(s.address); err != nil {
		return nil, err
	}
	s.ledger, err = c.newLedger(s)
	return s, err
}

// dataDir returns Terraform's data directory for the configuration in the
// working directory.
func (c *Command) dataDir() string {
	if dir := c.Getenv("TF_DATA_DIR"); dir != "" {
		return dir
	}
	return ".terraform"
}

func (c *Command) newLedger(s *session) (*ledger.Ledger, error) {
	var identities *seal.Identities
	if text := c.Getenv(identityVariable); strings.TrimSpace(text) != "" {
		var err error
		if identities, err = seal.ParseIdentities(text); err != nil {
			return nil, fmt.Errorf("%s cannot be used: %w", identityVariable, err)
		}
	}
	self, err := process.Self()
	if err != nil {
		return nil, err
	}
	observer := process.Observer{Store: s.store, Machine: self.Machine}
	if !address.Remote(s.address) {
		observer.Locks = process.NewFileLocks(s.address)
	}
	return ledger.New(ledger.Config{
		Store: s.store, Process: self.ID, Terraform: self.TerraformID(), Host: self.Host,
		Age:       func() time.Duration { return 0 }, // Only needed to place orders.
		Processes: observer.Processes,
		Decode:    ledger.DecodeCallback,
		Open:      func(value []byte) ([]byte, error) { return open(identities, value) },
		Opens:     identities.CanOpen,
		Redact:    answer.WithoutPassword,
	}), nil
}

func open(identities *seal.Identities, value []byte) ([]byte, error) {
	body, err := identities.Open(value)
	if missing, ok := errors.AsType[*seal.NoIdentityError](err); ok {
		return nil, fmt.Errorf("%w: %w", ledger.ErrSealed, missing)
	}
	return body, err
}

// inScope reports whether an order belongs to a scope. The provider adds the name
// of the workspace to the configured scope.
func inScope(o *ledger.Order, wanted string) bool {
	scope := scopeOf(o)
	return wanted == "" || scope == wanted || strings.HasPrefix(scope, wanted+"/")
}
