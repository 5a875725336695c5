package process

import (
	"context"
	"time"
)

// orphanInterval is the time between two checks whether Terraform still runs.
const orphanInterval = time.Second

// WaitOrphaned waits until the process that started this one has ended. Its
// error is that of ctx. It polls, because the plugin server does not notice
// when Terraform is killed: it continues to wait for a connection.
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
