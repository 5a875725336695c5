package clients

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox/address"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/seal"
)

// inbox returns the inbox: a directory, a bucket, or that of a relay.
func (s settings) inbox() (inbox.Store, error) {
	text := s.get("inbox")
	switch relay := address.IsRelay(text); {
	case relay && !s.isSet("token"):
		return nil, s.missing("token", "the inbox is behind a relay, which requires its token")
	case !relay && s.holds(fromBlock, "token"):
		return nil, &configError{"token", "It has no effect, because inbox is not the https:// URL of a relay. Remove token, or set inbox."}
	case text == "":
		text = filepath.Join(dataDir(s.env), "clouddesktop")
	case text == "~" || strings.HasPrefix(text, "~/"):
		// Terraform does not expand "~", and a directory of that name would be
		// lost in CI.
		return nil, &configError{"inbox", fmt.Sprintf("Terraform does not replace ~ with the home directory. Write pathexpand(%q).", text)}
	}
	client, err := httpClient(s.env.transport())
	if err != nil {
		return nil, err
	}
	store, err := address.Open(address.Config{Address: text, Token: s.get("token"), HTTPClient: client})
	if err != nil {
		return nil, &configError{"inbox", "It cannot be used: " + err.Error() + "."}
	}
	return store, nil
}

// receives returns the address to listen on, and the URL that the service
// calls. listen is "" if a relay receives. url is "" if it is the address of
// listen.
func (s settings) receives() (listen, url string) {
	listen, url = s.get("listen"), s.get("url")
	behindRelay := address.IsRelay(s.get("inbox"))
	switch {
	case s.written("listen") || behindRelay:
	default:
		listen = callback.DefaultListen
	}
	if listen == "" && url == "" && behindRelay {
		url = s.get("inbox")
	}
	return listen, url
}

// identities returns the keys that seal and open callbacks, or nil if none is
// configured.
func (s settings) identities() (*seal.Identities, error) {
	if !s.isSet("age_identity") {
		return nil, nil
	}
	identities, err := seal.ParseIdentities(s.get("age_identity"))
	if err != nil {
		return nil, &configError{"age_identity", fmt.Sprintf("The value of %s cannot be used: %v.", s.label("age_identity"), err)}
	}
	return identities, nil
}
