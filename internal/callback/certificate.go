package callback

import (
	"crypto/x509"
	"fmt"
	"time"
)

// checkCertificate returns an error if no caller can accept the certificate.
// Otherwise the service could not call back, and only the service would see the
// error.
func checkCertificate(leaf *x509.Certificate, host string, now time.Time) error {
	switch {
	case leaf == nil:
		return nil
	case now.After(leaf.NotAfter):
		return &ConfigError{"Certificate", fmt.Sprintf("It expired on %s, so the service cannot call back. Use a certificate that is valid.", leaf.NotAfter.UTC().Format(time.RFC3339))}
	case now.Before(leaf.NotBefore):
		return &ConfigError{"Certificate", fmt.Sprintf("It is not valid before %s, so the service cannot call back. Use a certificate that is valid, and check the clock of this machine.",
			leaf.NotBefore.UTC().Format(time.RFC3339))}
	case leaf.VerifyHostname(host) != nil:
		return &ConfigError{"Certificate", fmt.Sprintf("It is not valid for %s, the host of the callback URL, so the service cannot call back. Use a certificate for that host, or change url.", host)}
	}
	return nil
}
