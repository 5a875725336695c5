package callback

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/receiver"
)

const preflightTimeout = 10 * time.Second

// preflight calls the callback URL once before the first order. If another
// program answers, callbacks would not arrive: that is an error. If nothing
// answers, it is only a warning, because in many networks a machine cannot call
// its own public address.
func (r *Receiver) preflight(ctx context.Context, warn func(string)) error {
	r.probing.Lock()
	defer r.probing.Unlock()
	if r.probed {
		return nil
	}
	r.mu.Lock()
	base, key := r.base, r.key
	r.mu.Unlock()
	probe := id.New(id.Probe, r.config.Scope, key)
	got, err := callProbe(ctx, base.JoinPath(receiver.Path, probe.Secret()).String())
	where := base.Redacted()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		warn(fmt.Sprintf("The provider could not call its own callback URL %s. That may be normal in this network. "+
			"If no callback arrives, check that the service can reach this URL, and url and listen in the provider's callback block.", where))
		r.log.DebugContext(ctx, "unable to call the callback URL of this process", "error", errors.Unwrap(err))
	case got != probe.Proof(key):
		return fmt.Errorf("the callback URL %s leads to another program, so callbacks would be lost; nothing was ordered; "+
			"check the route or proxy in front of the receiver, and url and listen in the provider's callback block", where)
	}
	r.probed = true
	return nil
}

// callProbe returns the proof in the answer to a probe, or an empty string. It
// does not check the certificate: the proof shows who answers, and the service
// may trust other authorities than this machine.
func callProbe(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, preflightTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
	if err != nil {
		return "", err
	}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	transport := &http.Transport{
		DisableKeepAlives: true,
		Protocols:         protocols,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // See above.
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var got struct {
		Proof string `json:"proof"`
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, receiver.MaxBody))
	if err != nil {
		return "", err
	}
	if json.Unmarshal(body, &got) != nil {
		return "", nil
	}
	return got.Proof, nil
}
