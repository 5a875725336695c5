package desktoptest

// Order is an accepted apply and what it led to.
type Order struct {
	// UserOrGroup and OS are what was ordered.
	UserOrGroup, OS string
	// Username, UUID and Password are what the callback contains. They are empty
	// while the order is not carried out; a password may be missing later as well.
	Username, UUID, Password string
}

// addOrder is called with the lock held.
func (s *Server) addOrder(userOrGroup, system string) *Order {
	order := &Order{UserOrGroup: userOrGroup, OS: system}
	s.state.orders = append(s.state.orders, order)
	return order
}

// Orders returns all accepted orders, including those whose desktops were
// removed since.
func (s *Server) Orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Order, 0, len(s.state.orders))
	for _, order := range s.state.orders {
		all = append(all, *order)
	}
	return all
}
