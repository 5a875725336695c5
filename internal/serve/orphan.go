package serve

import (
	"context"
	"errors"
	"io"
	"os/signal"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/provider"
)

// orphan is a provider with work to do after Terraform has ended without
// stopping it.
type orphan interface {
	// Orphaned returns when the process may end. Close will not be called.
	Orphaned(ctx context.Context) error
}

// errOrphaned is the error with which such a provider process ends.
var errOrphaned = errors.New("the Terraform that started this provider ended without stopping it")

// untilOrphaned runs serve until Terraform stops the process, and then closes
// the provider. If Terraform is killed, serve would wait without end. So it
// also ends when waitOrphaned returns, which means that Terraform has ended.
func untilOrphaned(serve func() error, waitOrphaned func(context.Context) error, served provider.Provider) error {
	// After Terraform has ended, no process reads the log. Writing it must not
	// end this process.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended, orphaned := make(chan error, 1), make(chan error, 1)
	go func() { ended <- serve() }()
	go func() { orphaned <- waitOrphaned(ctx) }()
	select {
	case err := <-ended:
		return errors.Join(err, closeProvider(served))
	case err := <-orphaned:
		if o, ok := served.(orphan); ok {
			err = errors.Join(err, o.Orphaned(ctx))
		}
		return errors.Join(errOrphaned, err)
	}
}

// closeProvider stops the background work of the provider. Terraform
// kills the process two seconds after it has closed the connection.
func closeProvider(served provider.Provider) error {
	if closer, ok := served.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
