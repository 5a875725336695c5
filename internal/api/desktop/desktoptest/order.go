package desktoptest

// Order is an accepted apply with its result.
type Order struct {
	// UserOrGroup and OS are the parameters of the order.
	UserOrGroup, OS string
	// Username, UUID and Password are the data of the callback. They are empty
	// until the order is carried out; the password may stay empty.
	Username, UUID, Password string
}

// addOrder is called with the lock held.
func (s *Server) addOrder(userOrGroup, system string) *Order {
	order := &Order{UserOrGroup: userOrGroup, OS: system}
	s.state.orders = append(s.state.orders, order)
	return order
}

// Orders returns all accepted orders, including those whose desktops have been
// removed.
func (s *Server) Orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Order, 0, len(s.state.orders))
	for _, order := range s.state.orders {
		all = append(all, *order)
	}
	return all
}
