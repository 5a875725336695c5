package desktop_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/acctest/steps"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

// callbackTLS returns arguments of the callback block with the certificate and
// the key of a receiver on 127.0.0.1.
func callbackTLS(t *testing.T, notBefore, notAfter time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: notBefore, NotAfter: notAfter, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("tls_certificate = %q\n tls_key = %q\n",
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

// A certificate with which the service could not call back is an error at plan
// time.
func TestDesktop_certificateOfTheReceiver(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, test := range map[string]struct{ callback, says string }{
		"expired": {callbackTLS(t, now.Add(-2*time.Hour), now.Add(-time.Hour)), "It expired on "},
		"not valid yet": {
			callbackTLS(t, now.Add(time.Hour), now.Add(2*time.Hour)),
			"so the service cannot call back. Use a certificate that is valid, and check the clock of this machine.",
		},
		"another host": {
			callbackTLS(t, now.Add(-time.Hour), now.Add(time.Hour)) + "listen = \"127.0.0.1:8700\"\n url = \"https://runner.example.com:8700\"\n",
			"It is not valid for runner.example.com, the host of the callback URL",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := desktoptest.Start(t)
			inbox := fmt.Sprintf("inbox = %q\n", t.TempDir()+"/inbox")
			refused(t, server, providerWithInbox(server, inbox+test.callback)+desktopWith(""), test.says)
			// Control: without the certificate, the plan succeeds.
			steps.Run(t, resource.TestStep{Config: providerWithInbox(server, inbox) + desktopWith(""), PlanOnly: true, ExpectNonEmptyPlan: true})
		})
	}
}
