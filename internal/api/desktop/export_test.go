package desktop

import (
	"context"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

// Readers returns the number of readers that wait for the list of a user.
func (c *Client) Readers(username string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.lists[username]; l != nil {
		return l.readers
	}
	return 0
}

// Post sends an order without waiting for its callback.
func (c *Client) Post(ctx context.Context, in OrderInput, callbackURL string) ledger.Answer {
	return c.post(ctx, c.kind(in), callbackURL)
}
