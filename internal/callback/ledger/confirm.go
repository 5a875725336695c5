package ledger

// Reference identifies an order in private state. Prior private state proves
// that the state was saved.
type Reference struct {
	Ref     string
	Desktop Desktop
}

// Confirmation is what remains to be done for an order whose desktop is in a
// saved state. The turn comes first: deleting the delivery first would let
// another apply take the desktop a second time.
type Confirmation struct {
	Ref string
	// Turn is nil if the order is already confirmed; N is its number.
	Turn *Turn
	N    int
	// Delete are the keys to delete afterwards.
	Delete []string
}

// Confirm returns what remains to be done for the references. For an order that
// is not in the View, nothing remains.
func Confirm(v *View, refs []Reference, self Self) []Confirmation {
	var list []Confirmation
	for _, ref := range refs {
		o := v.Order(ref.Ref)
		if o == nil {
			continue // It was confirmed and swept.
		}
		c := Confirmation{Ref: o.Ref, Delete: o.OtherKeys}
		if !o.Has(Confirmed) {
			c.N = len(o.Turns) + 1
			c.Turn = confirmation(o, ref.Desktop, self)
		}
		if c.Turn != nil || len(c.Delete) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// SavedDesktops returns the desktops that a saved state of this scope has
// contained. The state may have lost them since, by a command or by accident.
func SavedDesktops(v *View, scope string) []Desktop {
	var saved []Desktop
	for i := range v.Orders {
		for _, turn := range v.Orders[i].Turns {
			if turn.Kind == Confirmed && turn.Scope == scope {
				saved = append(saved, Desktop{turn.Username, turn.UUID})
			}
		}
	}
	return saved
}

func confirmation(o *Order, d Desktop, self Self) *Turn {
	turn := &Turn{
		Kind: Confirmed, Process: self.Process, Nonce: self.Nonce, Terraform: self.Terraform,
		Username: d.Username, UUID: d.UUID,
	}
	if o.Intent != nil {
		turn.Scope, turn.Order = o.Intent.Scope, &o.Intent.Kind
	}
	return turn
}

// Settled reports whether the reference can be removed from private state: the
// order has ended and nothing of it is left to delete, or it was swept.
func Settled(v *View, ref string) bool {
	o := v.Order(ref)
	return o == nil || o.Has(Confirmed) && len(o.OtherKeys) == 0
}

// Pending returns the orders that an apply would resume or stop at. A plan that
// creates a desktop of this kind warns about them.
func Pending(v *View, want Want, scope string) []*Order {
	var list []*Order
	for i := range v.Orders {
		if o := &v.Orders[i]; o.Open() && o.Intent.Scope == scope && o.Intent.Kind == want.Kind {
			list = append(list, o)
		}
	}
	return list
}
