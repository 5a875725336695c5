package serve

import (
	"context"
	"errors"
	"io"
	"os/signal"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/provider"
)

// orphan is a provider that has something to do when Terraform is gone and did
// not tell it to end.
type orphan interface {
	// Orphaned returns when the process may end. Nobody will call Close.
	Orphaned(ctx context.Context) error
}

// errOrphaned is why an orphan ends.
var errOrphaned = errors.New("the Terraform that started this provider ended without stopping it")

// untilOrphaned runs serve until Terraform tells the process to end, and then
// closes the provider. A Terraform that was killed does not do that, and
// serve would wait for ever: waitOrphaned returns when Terraform has ended.
func untilOrphaned(serve func() error, waitOrphaned func(context.Context) error, served provider.Provider) error {
	// Nobody reads the log of an orphan, and writing it must not end the process.
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
