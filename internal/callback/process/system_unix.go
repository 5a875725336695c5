//go:build !windows

package process

import "os"

// orphaned reports whether the parent of this process has ended: then the
// operating system assigns another parent.
func orphaned(terraform Terraform) bool { return os.Getppid() != terraform.PID }
