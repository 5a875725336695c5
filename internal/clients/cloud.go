package clients

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/net/http/httpguts"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
)

// cloud is how a cloud is configured: by the attributes of its block, and by
// the environment variables that stand in for those that are not written.
type cloud struct {
	name      string
	env       Env
	block     types.Object
	variables map[string][]string
}

// way is one way to authenticate.
type way struct {
	name string
	// marks are the attributes of which any one chooses the way.
	marks []string
	// needs are those without which it does not work.
	needs []string
}

// mistake is what is wrong with an attribute of a block, or with the block.
type mistake struct{ attribute, text string }

func (m *mistake) Error() string { return m.text }

// build returns what whole makes of the configuration of a cloud, the zero
// value if there is none, and otherwise what broken makes of the reason. A
// mistake that is in the environment alone disturbs only those who use the
// cloud, so it is left to its clients.
func build[T any](ctx context.Context, c cloud, ways []way, whole func(way) (T, error), broken func(error) T, diags *diag.Diagnostics) (result T) {
	if unknown(ctx, c.block) {
		return broken(ErrUnknown)
	}
	if c.block.IsNull() && !slices.ContainsFunc(ways, func(w way) bool { return slices.ContainsFunc(w.marks, c.given) }) {
		return result
	}
	chosen, err := c.choose(ways)
	if err == nil {
		result, err = whole(chosen)
	}
	if err == nil {
		return result
	}
	if m, ok := errors.AsType[*mistake](err); ok && !c.block.IsNull() {
		wrong(diags, c.name, m.attribute, m.text)
	}
	return broken(err)
}

func (c cloud) written(attribute string) bool {
	value, ok := c.block.Attributes()[attribute]
	return ok && !value.IsNull()
}

func (c cloud) given(attribute string) bool { return c.get(attribute) != "" }

// get returns what is written, else the first variable that is set.
func (c cloud) get(attribute string) string {
	if value, ok := c.block.Attributes()[attribute].(types.String); ok && !value.IsNull() {
		return value.ValueString()
	}
	for _, variable := range c.variables[attribute] {
		if value := c.env.Getenv(variable); value != "" {
			return value
		}
	}
	return ""
}

// choose returns the one way that is written, else the one that the environment
// holds, after checking that it is whole.
func (c cloud) choose(ways []way) (way, error) {
	set := c.written
	chosen := marked(ways, set)
	if len(chosen) == 0 {
		set = c.given
		chosen = marked(ways, set)
	}
	if len(chosen) == 0 {
		return way{}, &mistake{"", "There is nothing to authenticate with. " + alternatives(ways)}
	}
	mark := func(w way) string { return c.label(w.marks[slices.IndexFunc(w.marks, set)]) }
	if len(chosen) > 1 {
		return way{}, &mistake{"", fmt.Sprintf("Both %s and %s are set, which are two ways to authenticate. %s", mark(chosen[0]), mark(chosen[1]), alternatives(ways))}
	}
	for _, attribute := range chosen[0].needs {
		if !c.given(attribute) {
			return way{}, c.missing(attribute, mark(chosen[0])+" does not work without it")
		}
	}
	for _, attribute := range slices.Concat(chosen[0].marks, chosen[0].needs) {
		if !httpguts.ValidHeaderFieldValue(c.get(attribute)) {
			return way{}, &mistake{attribute, c.label(attribute) + " holds a line break or another control character. A file read with file() may need trimspace()."}
		}
	}
	return chosen[0], nil
}

func marked(ways []way, set func(string) bool) (found []way) {
	for _, w := range ways {
		if slices.ContainsFunc(w.marks, set) {
			found = append(found, w)
		}
	}
	return found
}

func alternatives(ways []way) string {
	var texts []string
	for _, w := range ways {
		texts = append(texts, strings.Join(w.needs, " with "))
	}
	return "Write one of these: " + strings.Join(texts, "; ") + "."
}

// label is the attribute, or the variable that gives its value.
func (c cloud) label(attribute string) string {
	if !c.written(attribute) {
		for _, variable := range c.variables[attribute] {
			if c.env.Getenv(variable) != "" {
				return variable
			}
		}
	}
	return attribute
}

func (c cloud) missing(attribute, why string) error {
	text := fmt.Sprintf("%s is missing: %s. Write it in the %s block", attribute, why, c.name)
	if variables := c.variables[attribute]; len(variables) > 0 {
		text += ", or set " + variables[0]
	}
	return &mistake{attribute, text + "."}
}

// endpoint returns the address in an attribute, or else the usual one.
func (c cloud) endpoint(attribute, usual string) (*url.URL, error) {
	address := c.get(attribute)
	if address == "" {
		address = usual
	}
	endpoint, err := api.ParseEndpoint(address)
	if err != nil {
		return nil, &mistake{attribute, sentence(address, err)}
	}
	return endpoint, nil
}

// httpClient makes a client; only the certificates can be wrong.
func httpClient(transport api.TransportConfig) (*http.Client, error) {
	client, err := api.NewHTTPClient(transport)
	if err != nil {
		return nil, &mistake{"ca_certificate", err.Error()}
	}
	return client, nil
}
