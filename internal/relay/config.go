// Package relay implements the subcommand relay. It receives callbacks for
// providers that the cloud desktop service cannot reach, and serves its inbox
// to providers that have no bucket.
package relay

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/address"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

const defaultPort = "8700"

// minToken is the minimum length of the token. The token gives access to all
// results.
const minToken = 16

// config is the parsed command line.
type config struct {
	listen         string
	inbox          string
	token          string // If it is empty, the relay serves no inbox.
	recipients     *seal.Recipients
	tls            *tls.Config
	maxConnections int
}

// texts is the value of a flag that may be repeated.
type texts []string

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

const usage = `Usage: terraform-provider-clouddesktop relay --inbox INBOX [flags]

Receives the callbacks of the cloud desktop service and stores them in an inbox,
a directory or a bucket, before it answers. With --token-file it also serves the
inbox to providers that set inbox = "https://…".

`

// parseArgs parses the flags. Its error contains the name of the flag.
func parseArgs(args []string, getenv func(string) string, stderr io.Writer) (*config, error) {
	flags := flag.NewFlagSet("relay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = io.WriteString(stderr, usage) // There is no other place for an error.
		flags.PrintDefaults()
	}
	port := getenv("PORT")
	if port == "" {
		port = defaultPort
	}
	c := &config{}
	var recipients texts
	flags.StringVar(&c.listen, "listen", ":"+port, "`address` to listen on; by default all addresses, and the port in PORT or "+defaultPort)
	flags.StringVar(&c.inbox, "inbox", "", "`inbox`: the path of a directory, or s3://bucket/prefix?region=…")
	flags.Var(&recipients, "recipient", "age public `key` (age1…) to seal callbacks to; may be repeated")
	certificate := flags.String("tls-cert", "", "`file` with the certificate (PEM) and its chain; without it the relay accepts http, for use behind a proxy that accepts https")
	key := flags.String("tls-key", "", "`file` with the private key (PEM) of the certificate")
	token := flags.String("token-file", "", "`file` with the token for providers that use the relay as inbox; without it no inbox is served")
	flags.IntVar(&c.maxConnections, "max-connections", 2000, "largest number of `connections` at the same time")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is not a flag; every argument of relay is a flag, such as --inbox", flags.Arg(0))
	}
	return c, errors.Join(c.check(), c.readToken(*token), c.readKeyPair(*certificate, *key), c.parseRecipients(recipients))
}

func (c *config) check() error {
	if _, _, err := net.SplitHostPort(c.listen); err != nil {
		return fmt.Errorf("--listen: %q is not an address; write it like :%s or 127.0.0.1:%s", c.listen, defaultPort, defaultPort)
	}
	if c.maxConnections < 1 {
		return fmt.Errorf("--max-connections: %d is not a number of connections; write a number of at least 1", c.maxConnections)
	}
	switch {
	case c.inbox == "":
		return errors.New("--inbox: it is required; write the path of a directory, or s3://bucket/prefix?region=…")
	case address.IsRelay(c.inbox):
		return errors.New("--inbox: a relay cannot store in another relay; write the path of a directory, or s3://bucket/prefix?region=…")
	}
	return nil
}

func (c *config) readToken(file string) error {
	if file == "" {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--token-file: it cannot be read: %w", err)
	}
	c.token = strings.TrimSpace(string(content))
	if len(c.token) < minToken {
		return fmt.Errorf("--token-file: the token has %d characters, and must have at least %d, because it opens all results; write a random one: openssl rand -hex 32", len(c.token), minToken)
	}
	return nil
}

func (c *config) readKeyPair(certificate, key string) error {
	switch {
	case certificate == "" && key == "":
		return nil
	case certificate == "":
		return errors.New("--tls-key: it requires --tls-cert")
	case key == "":
		return errors.New("--tls-cert: it requires --tls-key")
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("--tls-cert: the certificate and its key cannot be used: %w", err)
	}
	c.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return nil
}

func (c *config) parseRecipients(names []string) error {
	if len(names) == 0 {
		return nil
	}
	var err error
	if c.recipients, err = seal.ParseRecipients(names...); err != nil {
		return fmt.Errorf("--recipient: %w", err)
	}
	return nil
}
