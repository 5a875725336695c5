package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

const (
	algorithm  = "SDK-HMAC-SHA256"
	timeFormat = "20060102T150405Z"
	// tolerance is the largest allowed difference between the time of a
	// signature and Huawei's clock.
	tolerance = 15 * time.Minute
)

// Signer authenticates with an access key: it signs each request with
// SDK-HMAC-SHA256.
type Signer struct {
	AccessKey, SecretKey string
	// SecurityToken is set only for a temporary access key.
	SecurityToken string
	// ProjectID is the project of the requests.
	ProjectID string
}

// Secrets returns the secret key and the security token.
func (s *Signer) Secrets() []string { return []string{s.SecretKey, s.SecurityToken} }

// Hint compares the clock with the Date header of the answer to find out
// whether the clock or the key is wrong.
func (s *Signer) Hint(answer *api.Answer) string {
	if at, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		if skew := time.Until(at).Round(time.Minute); skew.Abs() >= tolerance {
			side := "behind"
			if skew < 0 {
				side = "ahead of"
			}
			return fmt.Sprintf("The clock of this machine is %s %s the clock of the service, and a signature is valid for only %s. Set the clock.",
				skew.Abs(), side, tolerance)
		}
	}
	return "Check access_key and secret_key, and that a temporary access key comes with its security_token and has not expired."
}

// Wrap returns a transport that signs each request.
func (s *Signer) Wrap(next http.RoundTripper) http.RoundTripper {
	return &signTransport{signer: s, next: next}
}

type signTransport struct {
	signer *Signer
	next   http.RoundTripper
}

func (t *signTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	signed := req.Clone(req.Context())
	if err := t.signer.sign(signed, time.Now()); err != nil {
		return nil, err
	}
	return t.next.RoundTrip(signed)
}

// sign adds the headers of the signature to a request. It signs the host and the
// X- headers. Like Huawei's SDK it does not sign Content-Type, which proxies
// change.
func (s *Signer) sign(req *http.Request, at time.Time) error {
	req.Header.Set("X-Sdk-Date", at.UTC().Format(timeFormat))
	req.Header.Set("X-Project-Id", s.ProjectID)
	if s.SecurityToken != "" {
		req.Header.Set("X-Security-Token", s.SecurityToken)
	}
	names := []string{"host"}
	for name := range req.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	signature, err := s.signature(req, names)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", fmt.Sprintf("%s Access=%s, SignedHeaders=%s, Signature=%s",
		algorithm, s.AccessKey, strings.Join(names, ";"), signature))
	return nil
}

// signature returns the HMAC of the canonical form of the request. names are
// the signed headers, in lower case and sorted.
func (s *Signer) signature(req *http.Request, names []string) (string, error) {
	body := sha256.New()
	if req.GetBody != nil {
		content, err := req.GetBody()
		if err != nil {
			return "", err
		}
		defer content.Close()
		if _, err := io.Copy(body, content); err != nil {
			return "", err
		}
	}
	var canonical strings.Builder
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", req.Method, canonicalPath(req.URL), canonicalQuery(req.URL.Query()))
	for _, name := range names {
		value := req.Header.Get(name)
		if name == "host" {
			if value = req.Host; value == "" {
				value = req.URL.Host
			}
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, strings.TrimSpace(value))
	}
	fmt.Fprintf(&canonical, "\n%s\n%x", strings.Join(names, ";"), body.Sum(nil))
	mac := hmac.New(sha256.New, []byte(s.SecretKey))
	fmt.Fprintf(mac, "%s\n%s\n%x", algorithm, req.Header.Get("X-Sdk-Date"), sha256.Sum256([]byte(canonical.String())))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// canonicalPath escapes each segment and always ends with a slash.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(strings.TrimSuffix(u.EscapedPath(), "/"), "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = escape(plain)
		}
	}
	return strings.Join(segments, "/") + "/"
}

// canonicalQuery sorts by name, then by value.
func canonicalQuery(query url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[name])) {
			pairs = append(pairs, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// escape escapes all characters except the unreserved ones of RFC 3986.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
