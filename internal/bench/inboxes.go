package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/directory"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/https"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/s3/s3test"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/relay"
)

const relayToken = "token-of-the-benchmark-0123456789"

// measuredInbox is an inbox to measure.
type measuredInbox struct {
	name  string
	store inbox.Store
	// callback holds the arguments of the callback block, and env the
	// environment variables that they require.
	callback string
	env      []string
}

// inboxes holds an inbox of each kind and their servers.
type inboxes struct {
	kinds   []measuredInbox
	closers []func()
}

func (i *inboxes) Close() {
	for _, c := range slices.Backward(i.closers) {
		c()
	}
}

// start starts an inbox of each kind below dir.
func (i *inboxes) start(ctx context.Context, dir string) error {
	return errors.Join(i.addDirectory(dir), i.addBucket(ctx, dir), i.addRelay(ctx, dir))
}

func (i *inboxes) addDirectory(dir string) error {
	path := filepath.Join(dir, "directory")
	store, err := directory.New(path)
	i.kinds = append(i.kinds, measuredInbox{name: "directory", store: store, callback: fmt.Sprintf("inbox = %q", path)})
	return err
}

func (i *inboxes) addBucket(ctx context.Context, dir string) error {
	server, err := s3test.Start(ctx, filepath.Join(dir, "s3"))
	if err != nil {
		return err
	}
	i.closers = append(i.closers, server.Close)
	if err := server.MakeBucket("bench"); err != nil {
		return err
	}
	address := server.Address("bench")
	store, err := s3.New(s3.Config{Address: address, HTTPClient: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}}, Credentials: s3test.Credentials()})
	i.kinds = append(i.kinds, measuredInbox{
		"bucket", store, fmt.Sprintf("inbox = %q", address),
		[]string{"AWS_ACCESS_KEY_ID=" + s3test.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3test.SecretKey},
	})
	return err
}

func (i *inboxes) addRelay(ctx context.Context, dir string) error {
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte(relayToken), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	listening, ended := make(chan string, 1), make(chan int, 1)
	var logs bytes.Buffer
	command := relay.Command{
		Version: "bench", Getenv: func(string) string { return "" }, Stderr: &logs,
		Listening: func(a net.Addr) { listening <- "http://" + a.String() },
	}
	go func() {
		ended <- command.Run(ctx, []string{"--listen", "127.0.0.1:0", "--inbox", filepath.Join(dir, "relay"), "--token-file", token})
	}()
	i.closers = append(i.closers, func() {
		cancel()
		<-ended
	})
	select {
	case url := <-listening:
		store, err := https.New(https.Config{URL: url, Token: relayToken, HTTPClient: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}}})
		i.kinds = append(i.kinds, measuredInbox{"relay", store, fmt.Sprintf("inbox = %q\n    token = %q", url, relayToken), nil})
		return err
	case code := <-ended:
		ended <- code
		return fmt.Errorf("the relay ended with %d: %s", code, logs.String())
	}
}

// writers is the number of callbacks that arrive concurrently.
const writers = 32

// storing measures and prints how fast callbacks are stored in each kind of
// inbox.
func storing(ctx context.Context, out io.Writer, dir string, all *inboxes, n int) error {
	var table strings.Builder
	fmt.Fprintf(&table, "\n## Storing callbacks of 300 bytes, %d at a time\n\n| | per second | p50 | p99 |\n|---|---|---|---|\n", writers)
	synced, err := rawSyncs(dir, n/10+1)
	if err != nil {
		return err
	}
	row(&table, "write and fsync of one file, one at a time", synced, sum(synced))
	for _, kind := range all.kinds {
		start := time.Now()
		times, err := storeAll(ctx, kind.store, n)
		if err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
		row(&table, kind.name, times, time.Since(start))
	}
	_, err = io.WriteString(out, table.String())
	return err
}

func row(table *strings.Builder, name string, times []time.Duration, total time.Duration) {
	slices.Sort(times)
	fmt.Fprintf(table, "| %s | %.0f | %s | %s |\n", name, float64(len(times))/total.Seconds(),
		times[len(times)/2].Round(10*time.Microsecond), times[len(times)*99/100].Round(10*time.Microsecond))
}

func sum(times []time.Duration) (total time.Duration) {
	for _, t := range times {
		total += t
	}
	return total
}

// rawSyncs measures writes and syncs without a Store, for comparison.
func rawSyncs(dir string, n int) ([]time.Duration, error) {
	file, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	for range n {
		start := time.Now()
		_, err := file.Write(make([]byte, 300))
		if err = errors.Join(err, file.Sync()); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		times = append(times, time.Since(start))
	}
	return times, file.Close()
}

// storeAll stores n callbacks and returns how long each took.
func storeAll(ctx context.Context, store inbox.Store, n int) ([]time.Duration, error) {
	// The first write creates the format.
	if _, err := store.Create(ctx, "results/first", nil); err != nil {
		return nil, err
	}
	times, errs := make([]time.Duration, n), make([]error, n)
	next := make(chan int)
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for i := range next {
				start := time.Now()
				_, errs[i] = store.Create(ctx, fmt.Sprint("results/", i), make([]byte, 300))
				times[i] = time.Since(start)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	return times, errors.Join(errs...)
}
