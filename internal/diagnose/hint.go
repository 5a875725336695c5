package diagnose

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// hint says what to do next.
func hint(err error, e *api.Error) string {
	var timeout *timeoutError
	var pause *api.RetryAfterError
	switch {
	case errors.As(err, &timeout):
		return "The timeouts attribute sets another time."
	case e == nil:
		return ""
	case e.Hint != "":
		return e.Hint
	case e.Kind != api.Other:
		return hintOfKind(e)
	case e.Err != nil && !errors.As(e.Err, &pause):
		return hintOfTransport(e.Err)
	case e.Code != "":
		return ""
	case e.Status >= http.StatusInternalServerError:
		return "The service failed. Try again later; if it stays, those who run the service find the cause in its logs."
	case e.Status != 0:
		return "The answer is not what the document of the service promises. If something else answered, such as a proxy or a login page, " +
			"check the endpoint in the provider block."
	}
	return ""
}

func hintOfKind(e *api.Error) string {
	switch e.Kind {
	case api.NotFound:
		if e.Code == "" {
			return "If the service itself did not say so, the endpoint in the provider block is wrong. Otherwise it does not exist, or the credentials may not see it."
		}
		return "It does not exist, or the credentials may not see it."
	case api.Denied:
		return "Check the credentials in the provider block and what they are allowed to do."
	case api.Throttled:
		return "The service asks for fewer requests. Try again later, or lower -parallelism."
	case api.Busy:
		switch e.Status {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return "This passes by itself when the service, or the proxy before it, is up again. Try again later; if it stays, ask those who run it."
		}
		return "This passes by itself. Try again later, or raise the time-out."
	case api.Unavailable:
		return "This passes by itself. Try again later; if it does not, ask those who run the service."
	case api.Refused, api.Other:
	}
	return ""
}

// hintOfTransport says why no whole answer arrived.
func hintOfTransport(err error) string {
	var (
		authority   x509.UnknownAuthorityError
		name        x509.HostnameError
		certificate x509.CertificateInvalidError
		lookup      *net.DNSError
		network     *net.OpError
	)
	isNetwork := errors.As(err, &network)
	switch {
	case errors.As(err, &authority):
		return "The certificate of the service is signed by an authority that this machine does not trust. " +
			"Set ca_certificate in the provider block to the authority's certificate (PEM), or add that to the certificates of this machine."
	case errors.As(err, &name):
		return "The certificate of the service is for another name than the endpoint. Write the endpoint in the provider block with a name that the certificate holds."
	case errors.As(err, &certificate):
		return "The certificate of the service cannot be used. If it has expired, the service needs a new one; if it is not valid yet, check the clock of this machine."
	case errors.Is(err, http.ErrSchemeMismatch):
		return "The service speaks http at this address. Write http:// in the endpoint in the provider block, or the port at which the service speaks https."
	case isNetwork && network.Op == "remote error":
		return "The service ended the TLS connection. If it asks for a client certificate, set client_certificate and client_key in the provider block."
	case isNetwork && network.Op == "proxyconnect":
		return "The proxy set by HTTPS_PROXY or HTTP_PROXY does not answer. Correct it, or name the host of the service in NO_PROXY."
	case errors.As(err, &lookup):
		return "The host of the endpoint cannot be looked up. Check how it is spelt in the provider block, and whether this machine must be in a VPN to know it."
	case isNetwork && network.Op == "dial":
		return "No connection could be made. Check host and port of the endpoint in the provider block, whether the service runs, " +
			"and whether a firewall, a VPN or a proxy set by HTTPS_PROXY is in between."
	}
	return "No whole answer arrived. Check the endpoint in the provider block, the network, and a proxy set by HTTPS_PROXY."
}
