//go:build !windows

package process

import "os"

// orphaned reports whether the parent of this process is gone: the operating
// system gives an orphan another one.
func orphaned(terraform Terraform) bool { return os.Getppid() != terraform.PID }
