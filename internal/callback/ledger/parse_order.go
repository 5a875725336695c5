package ledger

import (
	"slices"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// orderKeys collects what a listing holds of one order.
type orderKeys struct {
	order    Order
	turns    map[int64]Turn
	intent   string
	answers  []string
	evidence []string
}

func keysOf(orders map[string]*orderKeys, ref string) *orderKeys {
	if orders[ref] == nil {
		orders[ref] = &orderKeys{order: Order{Ref: ref}, turns: map[int64]Turn{}}
	}
	return orders[ref]
}

func (r *Reader) orderKey(keys *orderKeys, name string, entry inbox.Entry) error {
	o := &keys.order
	if n, ok := numbered(name, turnName); ok {
		turn := Turn{Written: entry.Modified}
		err := r.decode(entry, &turn)
		if turn.Kind != "" {
			keys.turns[n] = turn
		}
		return err
	}
	if gib, ok := numbered(name, diskName); ok {
		o.DiskGiB = max(o.DiskGiB, gib)
		keys.answers = append(keys.answers, entry.Key)
		return nil
	}
	switch name {
	case intentName:
		return r.intent(keys, entry)
	case acceptedName:
		o.Accepted = true
	case unsentName:
		o.Unsent = true
	case refusedName:
		o.Refused = true
		var answer AnswerValue
		if err := r.decode(entry, &answer); err != nil {
			return err
		}
		o.RefusedMessage = answer.Message
	}
	keys.answers = append(keys.answers, entry.Key)
	return nil
}

func (r *Reader) intent(keys *orderKeys, entry inbox.Entry) error {
	var intent Intent
	if err := r.decode(entry, &intent); err != nil || intent.Process == "" {
		return err
	}
	keys.intent = entry.Key
	keys.order.Intent, keys.order.Created = &intent, entry.Modified
	keys.order.Sealed = intent.Recipient != "" && !r.Opens(intent.Recipient)
	return nil
}

// finish returns the order. Turns after a gap are not read: a List may miss a
// key that is written meanwhile, and a process that acts on less than all turns finds
// the next key taken.
func (k *orderKeys) finish() Order {
	o := k.order
	for n := int64(1); ; n++ {
		turn, ok := k.turns[n]
		if !ok {
			break
		}
		o.Turns = append(o.Turns, turn)
	}
	// The intent is last: without it the rest would belong to nobody.
	if o.ResultKey != "" {
		o.Stuff = append(o.Stuff, o.ResultKey)
	}
	o.Stuff = slices.Concat(o.Stuff, k.evidence, k.answers)
	if k.intent != "" {
		o.Stuff = append(o.Stuff, k.intent)
	}
	return o
}
