package cvmtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

const algorithm = "TC3-HMAC-SHA256"

// authorization is the content of the Authorization header.
type authorization struct {
	secretID, scope, signature string
	signedHeaders              []string
}

func parseAuthorization(header string) (authorization, bool) {
	fields, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return authorization{}, false
	}
	values := map[string]string{}
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		values[name] = value
	}
	secretID, scope, _ := strings.Cut(values["Credential"], "/")
	a := authorization{
		secretID: secretID, scope: scope, signature: values["Signature"],
		signedHeaders: strings.Split(values["SignedHeaders"], ";"),
	}
	complete := len(values) == 3 && secretID != "" && slices.IsSorted(a.signedHeaders) &&
		slices.Contains(a.signedHeaders, "content-type") && slices.Contains(a.signedHeaders, "host")
	return a, complete
}

// signature computes the signature of a request as in "API Signature v3" of
// Tencent Cloud's documentation.
func signature(r *http.Request, body []byte, signedHeaders []string, secretKey string, at time.Time, service string) string {
	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n/\n" + r.URL.RawQuery + "\n")
	for _, name := range signedHeaders {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical.WriteString(name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n")
	}
	canonical.WriteString("\n" + strings.Join(signedHeaders, ";") + "\n" + hexHash(body))

	date := at.UTC().Format(time.DateOnly)
	toSign := algorithm + "\n" + r.Header.Get("X-TC-Timestamp") + "\n" + date + "/" + service + "/tc3_request\n" + hexHash([]byte(canonical.String()))
	key := []byte("TC3" + secretKey)
	for _, part := range []string{date, service, "tc3_request"} {
		key = hash(key, part)
	}
	return hex.EncodeToString(hash(key, toSign))
}

func hash(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func hexHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
