package port

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
)

// maxAge is how long an inbox stays registered after the last process that used
// it has started. Until then other processes store its late callbacks.
const maxAge = 7 * 24 * time.Hour

// registry holds the inboxes of the processes that share a port, and the sockets
// on which they hand it over. It is a directory that only the user can write to.
// A nil *registry is that of a port that is not shared.
type registry struct {
	store     *directory.Store
	prefix    string // Of the keys of the inboxes; their values are paths.
	folder    string // Where the values are.
	inboxPath string // Of this process, or empty.
	sockets   string // The folder of the handover sockets.

	mu         sync.Mutex
	registered bool
	paths      map[string]string // By the name of the file that holds them.
}

func openRegistry(config Config) (*registry, error) {
	candidates := registryFolders()
	if config.Folder != "" {
		candidates = []string{config.Folder}
	}
	folder, err := privateFolder(candidates)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	store, err := directory.New(folder)
	if err != nil {
		return nil, err
	}
	// The folder may be on a disk that several machines share.
	machine := digest(host)
	prefix := inbox.ProcessPrefix + machine + "/" + config.Port + "/"
	r := &registry{
		store:   store,
		prefix:  prefix,
		folder:  filepath.Join(folder, filepath.FromSlash(prefix)),
		sockets: filepath.Join(folder, machine, config.Port+"-"+config.Protocol),
		paths:   map[string]string{},
	}
	if config.InboxPath != "" {
		if r.inboxPath, err = filepath.Abs(config.InboxPath); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// registryFolders are the same for all processes of a user, so they must not
// depend on HOME or TMPDIR where that can be helped: CI sets them for each job.
func registryFolders() []string {
	const name = "terraform-provider-clouddesktop"
	user := name + "-" + strconv.Itoa(os.Geteuid())
	candidates := []string{filepath.Join(machineTemp(), user), filepath.Join(os.TempDir(), user)}
	if cache, err := os.UserCacheDir(); err == nil {
		candidates = append(candidates, filepath.Join(cache, name))
	}
	return candidates
}

// privateFolder makes the first directory that only the user can use.
func privateFolder(candidates []string) (string, error) {
	var failed error
	for _, folder := range candidates {
		err := os.MkdirAll(folder, 0o700)
		var info fs.FileInfo
		if err == nil {
			info, err = os.Lstat(folder)
		}
		if err == nil && private(info) {
			return folder, nil
		}
		if err == nil {
			err = fmt.Errorf("%s is not a directory that only this user can use", folder)
		}
		failed = errors.Join(failed, err)
	}
	return "", failed
}

// Digest returns a short name for a text that is valid in a path.
func Digest(text string) string { return digest(text) }

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// Register makes the inbox of this process known to the others. The inbox must
// exist.
func (p *Port) Register(ctx context.Context) error {
	if p.registry == nil || p.registry.inboxPath == "" {
		return nil
	}
	if err := p.registry.register(ctx); err != nil {
		return fmt.Errorf("unable to share the callback port with other processes: %w", err)
	}
	return nil
}

func (r *registry) register(ctx context.Context) error {
	key, value := r.prefix+digest(r.inboxPath), []byte(r.inboxPath)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.registered {
		// The registration may have been lost with the inbox.
		if _, err := r.store.Get(ctx, key); !errors.Is(err, inbox.ErrNotExist) {
			return err
		}
	}
	// Replacing it makes it younger.
	if err := r.store.Replace(ctx, key, value); err != nil {
		return err
	}
	if r.registered {
		return nil
	}
	r.registered = true
	return r.prune(ctx)
}

// prune removes the inboxes that are gone or have not been used for a long time.
func (r *registry) prune(ctx context.Context) error {
	listing, err := r.store.List(ctx, r.prefix)
	if err != nil {
		return err
	}
	var failed error
	for _, entry := range listing.Entries {
		path, err := r.store.Get(ctx, entry.Key)
		switch {
		case err != nil:
		case !Exists(string(path)):
			failed = errors.Join(failed, r.remove(ctx, entry.Key, path))
		case listing.Now.Sub(entry.Modified) >= maxAge:
			// A process that just started to use it registers it again with its next call.
			failed = errors.Join(failed, r.store.Delete(ctx, entry.Key))
		}
	}
	return failed
}

// remove removes the registration of an inbox that is gone. A process that makes its inbox again registers
// it afterwards, so looking once more leaves no process unregistered.
func (r *registry) remove(ctx context.Context, key string, path []byte) error {
	if err := r.store.Delete(ctx, key); err != nil || !Exists(string(path)) {
		return err
	}
	_, err := r.store.Create(ctx, key, path)
	return err
}

// Inboxes returns the paths of the inboxes of the other processes. Each is read
// from the registry once.
func (p *Port) Inboxes(ctx context.Context) ([]string, error) {
	if p.registry == nil {
		return nil, nil
	}
	return p.registry.inboxes(ctx)
}

func (r *registry) inboxes(ctx context.Context) ([]string, error) {
	files, err := os.ReadDir(r.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []string
	var failed error
	for _, file := range files {
		path, err := r.path(ctx, file.Name())
		if err != nil {
			failed = errors.Join(failed, err)
		} else if path != "" && path != r.inboxPath {
			found = append(found, path)
		}
	}
	return found, failed
}

// path returns what a file of the registry holds, "" if it was removed meanwhile
// or is unfinished. r.mu is held.
func (r *registry) path(ctx context.Context, name string) (string, error) {
	if path, known := r.paths[name]; known {
		return path, nil
	}
	if unfinished := inbox.CheckKey(name); unfinished != nil {
		return "", nil //nolint:nilerr // It is no error that a file is being written.
	}
	value, err := r.store.Get(ctx, r.prefix+name)
	if errors.Is(err, inbox.ErrNotExist) {
		return "", nil
	}
	if err == nil {
		r.paths[name] = string(value)
	}
	return string(value), err
}

// Exists reports whether there is an inbox at path. One that cannot be looked at
// counts as existing.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
