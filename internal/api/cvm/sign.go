package cvm

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

// sign returns the headers and the body with which Tencent's SDK would send the
// action. The SDK signs (TC3-HMAC-SHA256) only requests that it sends, so its
// transport stores the request instead of sending it. This package sends the
// request itself: the SDK follows redirects, hides the HTTP status, and ignores
// the end of the context while it waits. Its errors contain the complete answer
// with the console URL.
func sign(endpoint *url.URL, region string, c Credentials, params map[string]any) (http.Header, []byte, error) {
	settings := profile.NewClientProfile()
	settings.Language = "en-US"
	settings.HttpProfile.Scheme = endpoint.Scheme
	settings.HttpProfile.Endpoint = endpoint.Host

	request := tchttp.NewCommonRequest(service, version, action)
	if err := request.SetActionParameters(params); err != nil {
		return nil, nil, err
	}
	var kept keeper
	err := common.NewCommonClient(common.NewTokenCredential(c.SecretID, c.SecretKey, c.SecurityToken), region, settings).
		WithHttpTransport(&kept).
		Send(request, tchttp.NewCommonResponse())
	if !errors.Is(err, errKept) {
		return nil, nil, err
	}
	return kept.header, kept.body, nil
}

var errKept = errors.New("the request is kept, not sent")

// keeper is a transport that stores a request and does not send it.
type keeper struct {
	header http.Header
	body   []byte
}

func (k *keeper) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	k.header, k.body = req.Header.Clone(), body
	return nil, errKept
}
