package ledger

// Leftover is a callback that arrived, or stayed, after its order had ended.
type Leftover struct {
	Ref       string
	ResultKey string
	// Keep says that the callback becomes evidence, without its password: the
	// order was closed, and the callback names a desktop that exists.
	Keep bool
}

// Leftovers returns the results of ended orders. A process that lists the
// inbox in an apply removes them: each holds a password that nobody waits for.
func Leftovers(v *View) []Leftover {
	var list []Leftover
	for i := range v.Orders {
		if o := &v.Orders[i]; o.ResultKey != "" && (o.Ended() || o.Intent == nil) {
			list = append(list, Leftover{Ref: o.Ref, ResultKey: o.ResultKey, Keep: !o.Has(Confirmed)})
		}
	}
	return list
}
