// Package s3 stores an inbox in a bucket of a service with the API of Amazon
// S3, for any number of runners.
//
// It has its own client, because it needs only five calls, and full control
// over retries and headers. Signatures and credentials come from minio-go.
package s3

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Scheme is the scheme of the address of a bucket.
const Scheme = "s3"

const example = "s3://bucket/prefix?region=eu-central-1"

// Config is the address of a bucket and what is needed to use it.
type Config struct {
	// Address is like s3://bucket/prefix?region=…&endpoint=…
	Address string
	// HTTPClient sends the requests. It must not follow redirects.
	HTTPClient *http.Client
	// Credentials sign the requests. If it is nil, New looks for them in the
	// order of the AWS tools.
	Credentials *credentials.Credentials
	// Pause is the first pause between two attempts, see inbox.Retry.
	Pause time.Duration
}

// location is a parsed address.
type location struct {
	bucket, prefix, region string
	base                   *url.URL // Of the bucket, without an object.
}

var (
	bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixPattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)
)

func parse(address string) (*location, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != Scheme || u.Opaque != "" {
		return nil, errors.New("it is not the address of a bucket; write it like " + example)
	}
	l := &location{bucket: u.Host, prefix: strings.Trim(u.Path, "/")}
	query, err := url.ParseQuery(u.RawQuery)
	switch {
	case u.User != nil:
		return nil, errors.New("it contains a user name; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment instead, or use a profile or a role")
	case !bucketPattern.MatchString(l.bucket):
		return nil, fmt.Errorf("%q is not the name of a bucket; write it like %s", l.bucket, example)
	case l.prefix != "" && !prefixPattern.MatchString(l.prefix):
		return nil, fmt.Errorf("the prefix %q must consist of letters, digits, \"-\", \"_\" and \".\", in parts joined by \"/\" that do not begin with \".\"", l.prefix)
	case u.Fragment != "":
		return nil, errors.New("it contains a fragment (#…); write it like " + example)
	case err != nil:
		return nil, errors.New("the part after \"?\" cannot be parsed; write it like " + example)
	}
	if l.prefix != "" {
		l.prefix += "/"
	}
	return l, l.locate(query)
}

// locate sets region and base from the query of the address.
func (l *location) locate(query url.Values) error {
	for name, values := range query {
		switch {
		case name != "region" && name != "endpoint" && name != "path_style":
			return fmt.Errorf("%q is not an option of a bucket; the options are region, endpoint and path_style", name)
		case len(values) != 1 || values[0] == "":
			return fmt.Errorf("%s must have one value", name)
		}
	}
	endpoint := query.Get("endpoint")
	l.region = firstOf(query.Get("region"), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	switch {
	case l.region == "" && endpoint == "":
		return errors.New("it names no region; write it like " + example + ", or set AWS_REGION")
	case l.region == "":
		l.region = "us-east-1" // Servers without regions expect this one.
	case endpoint == "":
		endpoint = "https://s3." + l.region + ".amazonaws.com"
	}
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	base, err := url.Parse(endpoint)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "" || base.User != nil || base.RawQuery != "" || strings.Trim(base.Path, "/") != "" {
		return errors.New("endpoint must be a host, with https:// or http:// and a port if needed, like https://minio.example.com:9000")
	}
	pathStyle, err := l.pathStyle(base, query.Get("path_style"))
	if err != nil {
		return err
	}
	l.base = &url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/"}
	if pathStyle {
		l.base.Path = "/" + l.bucket + "/"
	} else {
		l.base.Host = l.bucket + "." + base.Host
	}
	return nil
}

// virtualHosts are the services that require the bucket in the host name. The
// certificates of other services are often valid for one host name only.
var virtualHosts = []string{".amazonaws.com", ".amazonaws.com.cn", ".aliyuncs.com", ".myqcloud.com", ".tencentcos.cn", ".myhuaweicloud.com"}

// pathStyle reports whether the bucket is part of the path instead of the host
// name.
func (l *location) pathStyle(base *url.URL, configured string) (bool, error) {
	if configured != "" {
		style, err := strconv.ParseBool(configured)
		if err != nil {
			return false, fmt.Errorf("path_style must be true or false, not %q", configured)
		}
		return style, nil
	}
	host := base.Hostname()
	// A wildcard certificate is not valid for a bucket name with dots.
	if net.ParseIP(host) != nil || strings.Contains(l.bucket, ".") {
		return true, nil
	}
	for _, suffix := range virtualHosts {
		if strings.HasSuffix(host, suffix) {
			return false, nil
		}
	}
	return true, nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
