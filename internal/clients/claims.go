package clients

import "sync"

// Claims remembers who manages what in one plan or apply: Terraform configures
// the provider anew for each of them, and once for each alias. The zero value
// remembers nothing.
type Claims struct {
	mu    sync.Mutex
	taken map[string]claim
}

type claim struct {
	holder   string
	releases bool
}

// Take claims a thing for a holder and reports whether it fights with no other
// over it. Those that only release the thing want the same.
func (c *Claims) Take(thing, holder string, releases bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, ok := c.taken[thing]; ok && other.holder != holder {
		return releases && other.releases
	}
	if c.taken == nil {
		c.taken = map[string]claim{}
	}
	c.taken[thing] = claim{holder, releases}
	return true
}

// PolicyClaims says which resource manages which value of a policy.
func (s *Set) PolicyClaims() (*Claims, error) { return &s.policies, nil }
