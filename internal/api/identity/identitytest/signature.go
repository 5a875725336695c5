package identitytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"time"
)

var authorization = regexp.MustCompile(`^SDK-HMAC-SHA256 Access=([^,\s]+), SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$`)

// SignatureError is the error of Authenticate for a signed request. Its text is
// that of Huawei's gateway.
type SignatureError string

func (e SignatureError) Error() string {
	return "Incorrect IAM authentication information: " + string(e)
}

// checkSignature recomputes an SDK-HMAC-SHA256 signature from Huawei's document
// "API signing algorithm".
func (s *Server) checkSignature(r *http.Request, body []byte) error {
	parts := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return SignatureError("authorization header format incorrect")
	}
	access, names, signature := parts[1], strings.Split(parts[2], ";"), parts[3]
	secret, err := secretOf(access, r.Header.Get("X-Security-Token"))
	if err != nil {
		return err
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Sdk-Date"))
	if err != nil {
		return SignatureError("x-sdk-date format incorrect")
	}
	if s.Now().Sub(at).Abs() > 15*time.Minute {
		return SignatureError("x-sdk-date expired")
	}
	if !sort.StringsAreSorted(names) {
		return SignatureError("signed headers not sorted")
	}
	signed := map[string]bool{}
	for _, name := range names {
		signed[name] = true
	}
	if !signed["x-sdk-date"] {
		return SignatureError("x-sdk-date must be signed")
	}
	if r.Header.Get("X-Project-Id") != ProjectID || !signed["x-project-id"] {
		return SignatureError("x-project-id is not a project of this access key")
	}
	canonical, err := canonicalRequest(r, names, body)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + r.Header.Get("X-Sdk-Date") + "\n" + hex.EncodeToString(digest[:])))
	if want := hex.EncodeToString(mac.Sum(nil)); !hmac.Equal([]byte(want), []byte(signature)) {
		return SignatureError("verify aksk signature fail")
	}
	return nil
}

func secretOf(access, securityToken string) (string, error) {
	switch {
	case access == AccessKey && securityToken == "":
		return SecretKey, nil
	case access == TemporaryKey && securityToken == SecurityToken:
		return TemporarySecret, nil
	case access == TemporaryKey:
		return "", SignatureError("security token is missing or wrong")
	}
	return "", SignatureError("verify ak fail, the access key does not exist")
}

// canonicalRequest uses the target of the request line, because r.URL may have
// been changed by a mount point.
func canonicalRequest(r *http.Request, names []string, body []byte) (string, error) {
	target, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		return "", errors.New("the target of the request cannot be parsed")
	}
	path := ""
	for segment := range strings.SplitSeq(strings.Trim(target.EscapedPath(), "/"), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return "", err
		}
		path += percentEncode(plain) + "/"
	}
	path = "/" + strings.TrimPrefix(path, "/")
	var query []string
	for name, values := range target.Query() {
		for _, value := range values {
			query = append(query, percentEncode(name)+"\x00"+percentEncode(value))
		}
	}
	sort.Strings(query)
	var headers strings.Builder
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	payload := sha256.Sum256(body)
	return strings.Join([]string{
		r.Method,
		path,
		strings.ReplaceAll(strings.Join(query, "&"), "\x00", "="),
		headers.String(),
		strings.Join(names, ";"),
		hex.EncodeToString(payload[:]),
	}, "\n"), nil
}

func percentEncode(text string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var b strings.Builder
	for _, c := range []byte(text) {
		if strings.IndexByte(unreserved, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}
