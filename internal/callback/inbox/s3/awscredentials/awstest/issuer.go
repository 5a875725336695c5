// Package awstest contains fakes of the AWS services that issue keys. They
// implement the AWS documents and refuse requests that these do not allow.
package awstest

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

// Issuer issues keys with different session tokens.
type Issuer struct {
	AccessKeyID, SecretAccessKey string
	// Validity is how long a key is valid.
	Validity time.Duration

	mu      sync.Mutex
	now     time.Time // Zero for the real clock.
	issued  int
	revoked int // Keys up to this one are not valid.
	down    int // The number of requests to answer with 503.
}

// Now returns the time of the services.
func (i *Issuer) Now() time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.time()
}

func (i *Issuer) time() time.Time {
	if i.now.IsZero() {
		i.now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	}
	return i.now
}

// Advance moves the clock.
func (i *Issuer) Advance(d time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.now = i.time().Add(d)
}

// Revoke revokes all issued keys.
func (i *Issuer) Revoke() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.revoked = i.issued
}

// AlwaysDown lets the services answer 503 until Fail is called again.
const AlwaysDown = math.MaxInt

// Fail lets the services answer 503 to the given number of requests.
func (i *Issuer) Fail(requests int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = requests
}

// Issued returns the number of issued keys.
func (i *Issuer) Issued() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.issued
}

// Session returns the session token of the n-th key.
func (i *Issuer) Session(n int) string { return fmt.Sprintf("session-secret-%d", n) }

// Valid reports whether a session token was issued and is not revoked.
func (i *Issuer) Valid(session string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n := i.revoked + 1; n <= i.issued; n++ {
		if session == i.Session(n) {
			return true
		}
	}
	return false
}

// issue returns the session token and the expiration of a new key.
func (i *Issuer) issue() (session, expiration string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.issued++
	return i.Session(i.issued), i.time().Add(i.Validity).UTC().Format(time.RFC3339)
}

// unavailable answers 503 if Fail requires it, and reports whether it did.
func (i *Issuer) unavailable(w http.ResponseWriter) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.down == 0 {
		return false
	}
	i.down--
	w.WriteHeader(http.StatusServiceUnavailable)
	return true
}
