package ledger

// Leftover is a stored callback of an order that has ended.
type Leftover struct {
	Ref       string
	ResultKey string
	// Keep reports whether the callback becomes evidence, without its password:
	// the order was closed, and the callback names a desktop that exists.
	Keep bool
}

// Leftovers returns the results of ended orders. An apply that lists the inbox
// removes them, because they may contain passwords that are not needed.
func Leftovers(v *View) []Leftover {
	var list []Leftover
	for i := range v.Orders {
		if o := &v.Orders[i]; o.ResultKey != "" && (o.Ended() || o.Intent == nil) {
			list = append(list, Leftover{Ref: o.Ref, ResultKey: o.ResultKey, Keep: !o.Has(Confirmed)})
		}
	}
	return list
}
