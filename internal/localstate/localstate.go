// Package localstate finds a local state file that Terraform has left empty.
//
// Terraform and OpenTofu empty the file before each write. If they are killed in
// between, the next run finds an empty file, which is no error but a state
// without resources, and would create all resources again.
package localstate

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	// startPrecision is the precision of start times on Linux. Terraform needs
	// longer to start, so a file that it creates is always younger.
	startPrecision = 10 * time.Millisecond
	// A write of this run takes much less than writeTime. File systems set the
	// size of a file to 0 before they change its time, so an emptied file may
	// look older than it is.
	writeTime = time.Second
	interval  = 50 * time.Millisecond
)

// Config says where the local backend of this run keeps its state.
type Config struct {
	// Dir is the working directory of Terraform, empty for that of this process.
	Dir string
	// DataDir is Terraform's data directory. Backend settings are read from it.
	DataDir string
	// Workspace is the name of the workspace.
	Workspace string
	// Started is when this run of Terraform started, or up to startPrecision
	// earlier. If it is zero, no file counts as emptied.
	Started time.Time
}

// Emptied is a state file that an earlier run has left empty.
type Emptied struct {
	// Path is the path of the file.
	Path string
	// Backup is the path of its backup, or empty if it has no content.
	Backup string
	// Desktops are the uuids of the desktops in the backup.
	Desktops []string
	// Encrypted reports that the content of the backup is unknown.
	Encrypted bool
}

// Emptied returns the state file if an earlier run has left it empty, or nil.
// This run also empties the file, to create and to write it. If the file is
// empty, the call takes a second.
func (c Config) Emptied() (*Emptied, error) {
	path, err := c.path()
	if err != nil || path == "" {
		return nil, err
	}
	for range writeTime / interval {
		if emptied, err := c.emptied(path); err != nil || !emptied {
			return nil, err
		}
		<-time.After(interval)
	}
	e := &Emptied{Path: path}
	return e, e.readBackup(path + ".backup")
}

// emptied reports whether the file is empty and older than this run.
func (c Config) emptied(path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || info.Size() > 0 || c.Started.IsZero() {
		return false, err
	}
	return !info.ModTime().After(c.Started.Add(startPrecision)), nil
}

// settings is the part of .terraform/terraform.tfstate that describes where the
// state is.
type settings struct {
	Backend struct {
		Type   string
		Config json.RawMessage
	}
	StateStore any `json:"state_store"`
}

// path returns the path of the state file, or "" if the state is not in a local
// file.
func (c Config) path() (string, error) {
	var s settings
	if err := readJSON(filepath.Join(c.DataDir, "terraform.tfstate"), &s); err != nil {
		return "", err
	}
	if s.Backend.Type != "" && s.Backend.Type != "local" || s.StateStore != nil {
		return "", nil
	}
	var local struct {
		Path         string
		WorkspaceDir string `json:"workspace_dir"`
	}
	if len(s.Backend.Config) > 0 {
		if err := json.Unmarshal(s.Backend.Config, &local); err != nil {
			return "", fmt.Errorf("unable to read the settings of the local backend: %w", err)
		}
	}
	if c.Workspace != "" && c.Workspace != "default" {
		return c.in(filepath.Join(cmp.Or(local.WorkspaceDir, "terraform.tfstate.d"), c.Workspace, "terraform.tfstate")), nil
	}
	return c.in(cmp.Or(local.Path, "terraform.tfstate")), nil
}

func (c Config) in(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir, path)
}

// readJSON reads a file. It changes nothing if the file does not exist or is
// empty.
func readJSON(path string, into any) error {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(content) == 0 {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		return fmt.Errorf("unable to read %s: %w", path, err)
	}
	return nil
}

// state is the part of a state file that contains desktops.
type state struct {
	Encrypted any `json:"encrypted_data"`
	Resources []struct {
		Mode, Type string
		Instances  []struct {
			Attributes struct {
				UUID string `json:"desktop_uuid"`
			}
		}
	}
}

func (e *Emptied) readBackup(path string) error {
	var s *state
	if err := readJSON(path, &s); err != nil || s == nil {
		return err
	}
	e.Backup, e.Encrypted = path, s.Encrypted != nil
	for _, resource := range s.Resources {
		if resource.Mode != "managed" || resource.Type != "clouddesktop_desktop" {
			continue
		}
		for _, instance := range resource.Instances {
			e.Desktops = append(e.Desktops, instance.Attributes.UUID)
		}
	}
	return nil
}
