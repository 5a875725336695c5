package diagnose

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

const timeoutHint = "Use the timeouts block to set a longer timeout."

// hint returns what to do next. The hint for a timeout is used only if the
// error itself has no hint.
func hint(err error, e *api.Error) string {
	_, timedOut := errors.AsType[*timeoutError](err)
	switch {
	case e != nil && e.Hint != "":
		return e.Hint
	case errors.Is(err, context.Canceled):
		return ""
	case timedOut && (e == nil || e.Status == 0 && e.Message == ""):
		return timeoutHint
	case e == nil:
		return ""
	}
	text := hintOfAnswer(e)
	if timedOut && (text == "" || e.Kind == api.Busy) {
		return timeoutHint
	}
	if strings.HasPrefix(e.Address, "http://") && e.Code == "" && mayExpectTLS(e) {
		return strings.TrimSpace(text + " The address begins with http://: if the service expects https, write https:// in the endpoint.")
	}
	return text
}

// mayExpectTLS reports whether the server may expect TLS: it answered an http
// request with 400 or with data that is not HTTP, or closed the connection.
func mayExpectTLS(e *api.Error) bool {
	if e.Status != 0 {
		return e.Status == http.StatusBadRequest
	}
	network, isNetwork := errors.AsType[*net.OpError](e.Err)
	return e.Err != nil && (!isNetwork || network.Op == "read")
}

// hintOfAnswer returns the hint for an answer, or for a missing answer.
func hintOfAnswer(e *api.Error) string {
	_, pause := errors.AsType[*api.RetryAfterError](e.Err)
	switch {
	case e.Kind != api.Other:
		return hintOfKind(e)
	case e.Err != nil && !pause:
		return hintOfTransport(e.Err)
	case e.Code != "":
		return ""
	case e.Status >= http.StatusInternalServerError:
		return "The service failed. Try again later. If the error remains, the operators of the service can find the cause in its logs."
	case e.Status != 0:
		return "The answer does not have the documented form. If something else answered, such as a proxy or a login page, " +
			"check the endpoint in the provider block."
	}
	return ""
}

func hintOfKind(e *api.Error) string {
	switch e.Kind {
	case api.NotFound:
		if e.Code == "" {
			return "If something other than the service answered, the endpoint in the provider block is wrong. Otherwise it does not exist, or the credentials do not allow reading it."
		}
		return "It does not exist, or the credentials do not allow reading it."
	case api.Denied:
		return "Check the credentials in the provider block and their permissions."
	case api.Throttled:
		return "The service limits the number of requests. Try again later, or lower -parallelism."
	case api.Busy:
		switch e.Status {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return "The service, or a proxy in front of it, is not available. Try again later. If the error remains, ask the operators of the service."
		}
		return "The service is busy. Try again later, or set a longer timeout."
	case api.Unavailable:
		return "The error is temporary. Try again later. If the error remains, ask the operators of the service."
	case api.Refused, api.Other:
	}
	return ""
}

// hintOfTransport returns the hint if no complete answer arrived.
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
		return "This machine does not trust the authority that signed the certificate of the service. " +
			"Set ca_certificate in the provider block to the certificate of the authority (PEM), or add it to the certificates of this machine."
	case errors.As(err, &name):
		return "The certificate of the service is for another name than the endpoint. In the endpoint in the provider block, use a name that the certificate contains."
	case errors.As(err, &certificate):
		return "The certificate of the service cannot be used. If it has expired, the service needs a new one; if it is not valid yet, check the clock of this machine."
	case errors.Is(err, http.ErrSchemeMismatch):
		return "The service expects http at this address. Write http:// in the endpoint in the provider block, or use the port where the service expects https."
	case isNetwork && network.Op == "remote error":
		return "The service ended the TLS connection. If it asks for a client certificate, set client_certificate and client_key in the provider block."
	case isNetwork && network.Op == "proxyconnect":
		return "The proxy in HTTPS_PROXY or HTTP_PROXY does not answer. Correct it, or add the host of the service to NO_PROXY."
	case errors.As(err, &lookup):
		return "There is no address for the host of the endpoint. Check its spelling in the provider block, and whether this machine must be in a VPN to resolve it."
	case isNetwork && network.Op == "dial":
		return "The provider could not connect. Check host and port of the endpoint in the provider block, whether the service runs, " +
			"and whether a firewall, a VPN or a proxy in HTTPS_PROXY is in between."
	}
	return "No complete answer arrived. Check the endpoint in the provider block, the network, and a proxy in HTTPS_PROXY."
}
