package ledger

import (
	"slices"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/id"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/inbox"
)

// orderKeys are the keys of one order in a listing, and the order that they
// contain.
type orderKeys struct {
	entries   []inbox.Entry // The keys of the order itself.
	order     Order         // Without its callback and evidence.
	resultKey string        // Empty if the reference is not valid.
	read      bool
}

// newOrderKeys copies the entries, so that the rest of the listing is not kept.
func newOrderKeys(ref string, entries []inbox.Entry) *orderKeys {
	k := &orderKeys{entries: slices.Clone(entries), order: Order{Ref: ref}}
	if hash, ok := id.HashOfRef(ref); ok {
		k.resultKey = ResultPrefix + hash
	}
	return k
}

// needed returns the keys whose values are about to be read.
func (k *orderKeys) needed() []inbox.Entry {
	if k.read {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(k.entries), func(entry inbox.Entry) bool {
		name := k.name(entry)
		_, isTurn := numbered(name, turnName)
		return !isTurn && name != intentName && name != refusedName
	})
}

// name returns the last segment of a key of the order.
func (k *orderKeys) name(entry inbox.Entry) string {
	return entry.Key[min(len(entry.Key), len(OrderPrefix)+len(k.order.Ref)+1):]
}

// readOrder reads the order, unless an earlier View has read it.
func (r *Reader) readOrder(k *orderKeys) error {
	if k.read {
		return nil
	}
	turns := map[int64]Turn{}
	for _, entry := range k.entries {
		if err := r.orderKey(k, turns, entry); err != nil {
			return err
		}
	}
	// Turns after a gap are ignored, because a List may miss a key that is written
	// at the same time. This is safe: a process that has not read all turns cannot
	// write the next one, because its key exists.
	for n := int64(1); turns[n].Kind != ""; n++ {
		k.order.Turns = append(k.order.Turns, turns[n])
	}
	// The intent is deleted last: without it, the other keys could not be assigned
	// to an order.
	if k.order.Intent != nil {
		k.order.OtherKeys = append(k.order.OtherKeys, IntentKey(k.order.Ref))
	}
	k.read = true
	return nil
}

func (r *Reader) orderKey(k *orderKeys, turns map[int64]Turn, entry inbox.Entry) error {
	o, name := &k.order, k.name(entry)
	if n, ok := numbered(name, turnName); ok {
		turn, err := decodeValue[Turn](r, entry)
		turn.Written = entry.Modified
		turns[n] = turn
		return err
	}
	if gib, ok := numbered(name, diskName); ok {
		o.DiskGiB = max(o.DiskGiB, gib)
	}
	switch name {
	case intentName:
		return r.intent(o, entry)
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
	o.OtherKeys = append(o.OtherKeys, entry.Key)
	return nil
}

func (r *Reader) intent(o *Order, entry inbox.Entry) error {
	intent, err := decodeValue[Intent](r, entry)
	if err != nil || intent.Process == "" {
		return err
	}
	o.Intent, o.Created = &intent, entry.Modified
	o.Sealed = intent.Recipient != "" && !r.Opens(intent.Recipient)
	return nil
}
