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

// maxAge is how long an inbox stays registered after the start of the last
// process that used it. Until then, other processes store late callbacks in it.
const maxAge = 7 * 24 * time.Hour

// registry holds the inboxes of the processes that share a port, and the
// sockets through which they share it. It is a directory that only the user can
// write to. It is nil for a port that is not shared.
type registry struct {
	store     *directory.Store
	prefix    string // The prefix of the keys of the inboxes; their values are paths.
	folder    string // The folder of the values.
	inboxPath string // The inbox of this process, or empty.
	sockets   string // The folder of the handover sockets.

	mu         sync.Mutex
	registered bool
	paths      map[string]string // By the name of the file that contains the path.
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
	// Several machines may share the disk of the folder.
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

// registryFolders returns the candidates for the registry folder. All processes
// of a user must get the same ones, so they depend on HOME and TMPDIR only as a
// last choice: CI systems set these for each job.
func registryFolders() []string {
	const name = "terraform-provider-clouddesktop"
	user := name + "-" + strconv.Itoa(os.Geteuid())
	candidates := []string{filepath.Join(machineTemp(), user), filepath.Join(os.TempDir(), user)}
	if cache, err := os.UserCacheDir(); err == nil {
		candidates = append(candidates, filepath.Join(cache, name))
	}
	return candidates
}

// privateFolder creates and returns the first candidate that only the user can
// read and write.
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

// Register registers the inbox of this process, so that the other processes can
// store callbacks in it. The inbox must exist.
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
		// The registration may have been removed together with an earlier
		// inbox.
		if _, err := r.store.Get(ctx, key); !errors.Is(err, inbox.ErrNotExist) {
			return err
		}
	}
	// Replace updates the time of the registration.
	if err := r.store.Replace(ctx, key, value); err != nil {
		return err
	}
	if r.registered {
		return nil
	}
	r.registered = true
	return r.prune(ctx)
}

// prune removes inboxes that do not exist or have not been used for maxAge.
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
			// A process that has just started to use the inbox registers it
			// again with its next call.
			failed = errors.Join(failed, r.store.Delete(ctx, entry.Key))
		}
	}
	return failed
}

// remove removes the registration of an inbox that does not exist. It then
// checks once more: a process that has created the inbox in the meantime has
// also registered it, and that registration must stay.
func (r *registry) remove(ctx context.Context, key string, path []byte) error {
	if err := r.store.Delete(ctx, key); err != nil || !Exists(string(path)) {
		return err
	}
	_, err := r.store.Create(ctx, key, path)
	return err
}

// Inboxes returns the paths of the inboxes of the other processes. It reads
// each registration only once.
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

// path returns the path in a file of the registry, or "" if the file was
// removed or is incomplete. The caller holds r.mu.
func (r *registry) path(ctx context.Context, name string) (string, error) {
	if path, known := r.paths[name]; known {
		return path, nil
	}
	if unfinished := inbox.CheckKey(name); unfinished != nil {
		return "", nil //nolint:nilerr // Another process may be writing the file.
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

// Exists reports whether there is an inbox at path. It also returns true if it
// cannot find out.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
