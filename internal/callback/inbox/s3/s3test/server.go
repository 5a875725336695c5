// Package s3test starts a real S3 server, and proxies that imitate other
// services and inject faults.
package s3test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Region is the region of every server.
const Region = "us-east-1"

// The keys of the server's user.
const (
	AccessKey = "test-access"
	SecretKey = "test-secret-key"
)

// Credentials returns the keys of the server's user.
func Credentials() *credentials.Credentials {
	return credentials.NewStaticV4(AccessKey, SecretKey, "")
}

// Server is a running versitygw whose objects are files.
type Server struct {
	// URL is the endpoint of the server.
	URL string

	executable, root, address string
	mu                        sync.Mutex
	process                   *exec.Cmd
	output                    *bytes.Buffer
}

// executable builds versitygw, which the go command keeps in its cache.
var executable = sync.OnceValues(func() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "..", "..", "..")
	cmd := exec.Command("go", "tool", "-modfile="+filepath.Join(root, "tools", "versitygw", "go.mod"), "-n", "versitygw") //nolint:gosec // A path in this repository.
	cmd.Dir = root
	var failure bytes.Buffer
	cmd.Stderr = &failure
	path, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("versitygw cannot be built: %w\n%s", err, failure.String())
	}
	return strings.TrimSpace(string(path)), nil
})

// Start starts a server that keeps its objects below the folder root.
func Start(ctx context.Context, root string) (*Server, error) {
	path, err := executable()
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{executable: path, root: root, address: listener.Addr().String()}
	s.URL = "http://" + s.address
	if err := errors.Join(listener.Close(), os.MkdirAll(filepath.Join(root, "buckets"), 0o700)); err != nil {
		return nil, err
	}
	return s, s.start(ctx)
}

// MakeBucket creates an empty bucket.
func (s *Server) MakeBucket(name string) error { return os.Mkdir(s.bucket(name), 0o700) }

// RemoveBucket removes a bucket with everything in it.
func (s *Server) RemoveBucket(name string) error { return os.RemoveAll(s.bucket(name)) }

func (s *Server) bucket(name string) string { return filepath.Join(s.root, "buckets", name) }

// Address returns the address of a bucket of the server as an inbox.
func (s *Server) Address(bucket string) string { return Address(s.URL, bucket) }

// Address returns the address of a bucket behind an endpoint as an inbox.
func Address(endpoint, bucket string) string {
	return fmt.Sprintf("s3://%s/some/prefix?region=%s&endpoint=%s", bucket, Region, endpoint)
}

func (s *Server) start(ctx context.Context) error {
	s.output = &bytes.Buffer{}
	// The process does not end with ctx, but with Close, because several tests
	// share it.
	s.process = exec.Command(s.executable, "--port", s.address, "--access", AccessKey, "--secret", SecretKey, //nolint:gosec,noctx // See above; it is the program that was built.
		"--region", Region, "--quiet", "--keep-alive",
		"posix", filepath.Join(s.root, "buckets"))
	s.process.Stdout, s.process.Stderr = s.output, s.output
	if err := s.process.Start(); err != nil {
		return err
	}
	return s.ready(ctx)
}

// readyTimeout is long, because the machine may be busy.
const readyTimeout = time.Minute

// ready waits until the server answers.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
		if err != nil {
			return err
		}
		resp, err := new(http.Client).Do(req)
		if err == nil {
			return resp.Body.Close()
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("versitygw does not answer: %w\n%s", err, s.output)
		}
	}
}

// Restart kills the server and starts it again at the same address.
func (s *Server) Restart(ctx context.Context) error {
	s.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.start(ctx)
}

// Close kills the server.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.process.Process.Kill() // It may already have ended.
	_ = s.process.Wait()
}
