package desktop

// Readers counts who waits for the list of a user.
func (c *Client) Readers(username string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.lists[username]; l != nil {
		return l.readers
	}
	return 0
}
