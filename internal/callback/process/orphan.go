package process

import (
	"context"
	"time"
)

// orphanInterval is how long it takes at most to notice that Terraform is gone.
const orphanInterval = time.Second

// WaitOrphaned waits until the process that started this one is gone, or for
// the end of ctx, which is the error. Nothing else tells: when Terraform is
// killed, the server of the plugin protocol goes on waiting for a connection.
func WaitOrphaned(ctx context.Context) error {
	terraform := Parent()
	ticker := time.NewTicker(orphanInterval)
	defer ticker.Stop()
	for !orphaned(terraform) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
	return nil
}
