package callback

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
)

// peers are the runs of the same user that share a port of this machine, each
// with an inbox of its own: any of them may receive the callback of any other.
// They meet in a directory that only the user can write, where each leaves the
// path of its inbox and offers its socket. A nil *peers is a receiver whose port
// is its own.
type peers struct {
	meeting *Directory
	prefix  string
	own     string // The path of the own inbox; empty if it cannot be opened by path.
	offers  string // The directory of those that have the socket.
}

// openPeers finds the place to meet and registers nothing yet.
func openPeers(a *address, store Store) (*peers, error) {
	folder, err := meetingFolder()
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	// The folder may be on a disk that several machines share.
	port := digest(host) + "/" + a.port
	p := &peers{
		meeting: NewDirectory(folder),
		prefix:  port + "/",
		offers:  filepath.Join(folder, filepath.FromSlash(port)+"-"+a.protocol()),
	}
	if local, ok := store.(interface{ Path() string }); ok {
		if p.own, err = filepath.Abs(local.Path()); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// meetingFolder is the same for all runs of a user, so it must not hang on
// HOME or TMPDIR where that can be helped: CI gives each job its own.
func meetingFolder() (string, error) {
	const name = "terraform-provider-clouddesktop"
	user := name + "-" + strconv.Itoa(os.Geteuid())
	candidates := []string{filepath.Join(machineTemp(), user), filepath.Join(os.TempDir(), user)}
	if cache, err := os.UserCacheDir(); err == nil {
		candidates = append(candidates, filepath.Join(cache, name))
	}
	return privateFolder(candidates)
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

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// register tells the peers where the own inbox is, which exists.
func (p *peers) register(ctx context.Context) error {
	if p == nil || p.own == "" {
		return nil
	}
	if _, err := p.meeting.PutIfAbsent(ctx, p.prefix+digest(p.own), []byte(p.own)); err != nil {
		return fmt.Errorf("unable to share the callback port with other runs: %w", err)
	}
	return nil
}

// inboxes returns those of the peers, and forgets the ones that are gone.
func (p *peers) inboxes(ctx context.Context) ([]Store, error) {
	if p == nil {
		return nil, nil
	}
	keys, failed := p.meeting.List(ctx, p.prefix)
	var found []Store
	for _, key := range keys {
		path, err := p.meeting.Get(ctx, key)
		switch {
		case errors.Is(err, ErrNotExist), string(path) == p.own:
		case err != nil:
			failed = errors.Join(failed, err)
		case exists(string(path)):
			found = append(found, NewDirectory(string(path)))
		default:
			failed = errors.Join(failed, p.forget(ctx, key, path))
		}
	}
	return found, failed
}

// forget removes the registration of an inbox that is gone. A run that makes
// the inbox again registers it afterwards, so looking once more leaves no run
// unregistered.
func (p *peers) forget(ctx context.Context, key string, path []byte) error {
	if err := p.meeting.Delete(ctx, key); err != nil || !exists(string(path)) {
		return err
	}
	_, err := p.meeting.PutIfAbsent(ctx, key, path)
	return err
}

// exists gives an inbox that cannot be looked at the benefit of the doubt.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
