package ledger

import (
	"slices"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// orderKeys collects the keys of one order in a listing.
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
		turn, err := decodeValue[Turn](r, entry)
		turn.Written = entry.Modified
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
		answer, err := decodeValue[AnswerValue](r, entry)
		if err != nil {
			return err
		}
		o.RefusedMessage = answer.Message
	}
	keys.answers = append(keys.answers, entry.Key)
	return nil
}

func (r *Reader) intent(keys *orderKeys, entry inbox.Entry) error {
	intent, err := decodeValue[Intent](r, entry)
	if err != nil || intent.Process == "" {
		return err
	}
	keys.intent = entry.Key
	keys.order.Intent, keys.order.Created = &intent, entry.Modified
	keys.order.Sealed = intent.Recipient != "" && !r.Opens(intent.Recipient)
	return nil
}

// finish returns the order. It ignores turns after a gap, because a List may
// miss a key that is written at the same time. This is safe: a process that has
// not read all turns cannot write the next one, because its key exists.
func (k *orderKeys) finish() Order {
	o := k.order
	for n := int64(1); ; n++ {
		turn, ok := k.turns[n]
		if !ok {
			break
		}
		o.Turns = append(o.Turns, turn)
	}
	// The intent is deleted last: without it, the other keys could not be
	// assigned to an order.
	if o.ResultKey != "" {
		o.OtherKeys = append(o.OtherKeys, o.ResultKey)
	}
	o.OtherKeys = slices.Concat(o.OtherKeys, k.evidence, k.answers)
	if k.intent != "" {
		o.OtherKeys = append(o.OtherKeys, k.intent)
	}
	return o
}
