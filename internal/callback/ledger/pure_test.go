package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var pureSelf = Self{Scope: "s", Process: "me", Terraform: "mine", Term: 1}

func pureView(orders ...Order) *View {
	return &View{Now: walkNow, Orders: orders, Processes: []Process{
		{ID: "me", Terraform: "mine", State: ProcessAlive},
		{ID: "alias", Terraform: "mine", State: ProcessAlive},
		{ID: "aliasDied", Terraform: "mine", State: ProcessDied},
		{ID: "alive", Terraform: "other", State: ProcessAlive},
		{ID: "died", Terraform: "other", State: ProcessDied},
		{ID: "ended", Terraform: "other", State: ProcessEnded},
	}}
}

func pureOrder(process string, turns ...Turn) Order {
	return Order{Ref: "o", Intent: &Intent{Kind: walkKind, Scope: "s", Process: process}, Turns: turns}
}

func TestView_standing(t *testing.T) {
	t.Parallel()
	by := func(kind TurnKind, process string) Turn { return Turn{Kind: kind, Process: process} }
	refused := pureOrder("alive")
	refused.Refused = true
	late := refused
	late.Result = Result{Kind: ResultSuccess}
	lateClaimed := pureOrder("ended", by(Claimed, "alive"))
	lateClaimed.Refused, lateClaimed.Result = true, Result{Kind: ResultSuccess}
	unsent := pureOrder("died")
	unsent.Unsent = true
	for name, test := range map[string]struct {
		order Order
		want  standing
	}{
		"held by a living process":              {pureOrder("alive"), held},
		"its process died":                      {pureOrder("died"), free},
		"its process ended":                     {pureOrder("ended"), free},
		"its process has no record":             {pureOrder("unknown"), free},
		"of this process":                       {pureOrder("me"), passedOver},
		"of an alias":                           {pureOrder("alias"), passedOver},
		"of an alias that died":                 {pureOrder("aliasDied"), free},
		"of this process, released":             {pureOrder("me", by(Released, "me")), free},
		"released by a living process":          {pureOrder("alive", by(Released, "alive")), free},
		"claimed by a living process":           {pureOrder("died", by(Claimed, "alive")), held},
		"looked at by its dead holder":          {pureOrder("died", by(Looked, "died")), free},
		"looked at by its living holder":        {pureOrder("alive", by(Looked, "alive")), held},
		"delivered by a living process":         {pureOrder("alive", by(Delivered, "alive")), held},
		"delivered by a process that died":      {pureOrder("died", by(Delivered, "died")), free},
		"delivered by a process that ended":     {pureOrder("ended", by(Delivered, "ended")), unconfirmed},
		"delivered, no record of the process":   {pureOrder("unknown", by(Delivered, "unknown")), unconfirmed},
		"delivered by this process":             {pureOrder("me", by(Delivered, "me")), passedOver},
		"delivered and released":                {pureOrder("ended", by(Delivered, "ended"), by(Released, "command")), free},
		"confirmed":                             {pureOrder("died", by(Delivered, "died"), by(Confirmed, "plan")), passedOver},
		"closed":                                {pureOrder("died", by(Closed, "command")), passedOver},
		"refused":                               {refused, passedOver},
		"refused, then success":                 {late, free},
		"refused, then success, claimed by one": {lateClaimed, held},
		"unsent":                                {unsent, passedOver},
		"without an intent":                     {Order{Ref: "o", Turns: []Turn{by(Delivered, "died")}}, passedOver},
	} {
		v := pureView(test.order)
		if got := v.standing(&v.Orders[0], pureSelf); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// H11: an order whose disk has grown is resumed by an address with a large
// disk, not by one with a small disk.
func TestLook_prefersAFittingDisk(t *testing.T) {
	t.Parallel()
	order := func(ref string, gib int64, result ResultKind, turns ...Turn) Order {
		o := pureOrder("died", turns...)
		o.Ref, o.DiskGiB, o.Result.Kind = ref, gib, result
		return o
	}
	grown, plain := order("grown", 50, NoResult), order("plain", 0, NoResult)
	withResult := order("result", 0, ResultSuccess)
	delivered := order("delivered", 0, ResultSuccess, Turn{Kind: Delivered, Process: "died"})
	for name, test := range map[string]struct {
		orders []Order
		disk   int64
		want   string
	}{
		"a small disk takes what has not grown": {[]Order{grown, plain}, 10, "plain"},
		"a large disk takes what has grown":     {[]Order{plain, grown}, 50, "grown"},
		"only a grown one is left":              {[]Order{grown}, 10, "grown"},
		"a result comes first":                  {[]Order{plain, withResult}, 0, "result"},
		"undelivered before delivered":          {[]Order{delivered, withResult}, 0, "result"},
	} {
		if got := Look(pureView(test.orders...), Want{Kind: walkKind, DiskGiB: test.disk}, pureSelf).Claim; got == nil || got.Ref != test.want {
			t.Errorf("%s: %+v is claimed", name, got)
		}
	}
}

// H9: orders of another scope are never resumed, but counted.
func TestLook_ignoresOtherScopes(t *testing.T) {
	t.Parallel()
	other := pureOrder("died")
	other.Intent.Scope = "another"
	v := pureView(other)
	want := Want{Kind: walkKind}
	if got := Look(v, want, pureSelf); got != (LookResult{}) {
		t.Errorf("an order of another scope leads to %+v", got)
	}
	if got := OtherScopes(v, want, pureSelf.Scope); got != 1 {
		t.Errorf("%d orders of other scopes are counted", got)
	}
}

// H4: a desktop of another order is not a candidate, in any scope.
func TestCandidates_withoutDesktopsOfOtherOrders(t *testing.T) {
	t.Parallel()
	lost := pureOrder("me")
	delivered := pureOrder("ended", Turn{Kind: Delivered, UUID: "delivered"})
	delivered.Ref, delivered.Intent.Scope = "p", "another"
	waiting := pureOrder("alive")
	waiting.Ref, waiting.Result = "q", Result{Kind: ResultSuccess, UUID: "reported"}
	v := pureView(lost, delivered, waiting)
	now := []Desktop{{"a", "old"}, {"b", "delivered"}, {"c", "reported"}, {"d", "new"}}
	got := Candidates(v, "o", []Desktop{{"a", "old"}}, now)
	if diff := cmp.Diff([]Desktop{{"d", "new"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSweep_keepsWhatOpenOrdersNeed(t *testing.T) {
	t.Parallel()
	ended := pureOrder("gone", Turn{Kind: Delivered}, Turn{Kind: Confirmed})
	ended.OtherKeys = []string{"orders/o/intent"}
	open := pureOrder("needed", Turn{Kind: Claimed})
	open.Ref = "aaaaaaaa-b"
	open.OtherKeys = []string{"orders/aaaaaaaa-b/intent"}
	open.Intent.Term = 1
	v := pureView(ended, open)
	v.Now = walkStart.Add(2 * SweepAfter)
	got := Sweep(v, []Item{
		{Key: "processes/needed", Process: "needed"},
		{Key: "processes/gone", Process: "gone"},
		{Key: "processes/alive", Process: "alive"},
		{Key: "terms/aaaaaaaa/1", Scope: "aaaaaaaa", Term: 1},
		{Key: "terms/bbbbbbbb/1", Scope: "bbbbbbbb", Term: 1},
		{Key: "terms/bbbbbbbb/2", Scope: "bbbbbbbb", Term: 2},
		{Key: "baselines/aaaaaaaa/1/x", Scope: "aaaaaaaa", Term: 1},
		{Key: "baselines/aaaaaaaa/0/x", Scope: "aaaaaaaa"},
		{Key: "results/task"},
		{Key: "results/young", Modified: v.Now.Add(-time.Hour)},
	})
	want := []string{
		"orders/o/intent", "orders/o/turn-1", "orders/o/turn-2", "processes/gone",
		"terms/bbbbbbbb/1", "baselines/aaaaaaaa/0/x", "results/task",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConfirm_onlyOrdersOfAState(t *testing.T) {
	t.Parallel()
	saved, other := pureOrder("ended", Turn{Kind: Delivered}), pureOrder("ended", Turn{Kind: Delivered})
	other.Ref = "p"
	got := Confirm(pureView(saved, other), []Reference{{Ref: "o", Desktop: Desktop{"u", "x"}}, {Ref: "swept"}}, pureSelf)
	if len(got) != 1 || got[0].Ref != "o" || got[0].N != 2 || got[0].Turn.UUID != "x" {
		t.Errorf("Confirm returned %+v", got)
	}
}

func TestReorder_requiresTwoLooksOfTwoApplies(t *testing.T) {
	t.Parallel()
	look := func(process string, candidates int, after time.Duration) Turn {
		return Turn{Kind: Looked, Process: process, Candidates: candidates, Written: walkStart.Add(after)}
	}
	for name, test := range map[string]struct {
		turns []Turn
		want  bool
	}{
		"one look":                 {[]Turn{look("me", 0, 0)}, false},
		"two looks of one apply":   {[]Turn{look("me", 0, 0), look("me", 0, time.Hour)}, false},
		"too soon":                 {[]Turn{look("died", 0, 0), look("me", 0, time.Minute)}, false},
		"a candidate":              {[]Turn{look("died", 0, 0), look("me", 1, time.Hour)}, false},
		"a candidate at first":     {[]Turn{look("died", 1, 0), look("me", 0, time.Hour)}, false},
		"two looks of two applies": {[]Turn{look("died", 0, 0), look("me", 0, 5*time.Minute)}, true},
	} {
		o := pureOrder("me", test.turns...)
		if got := mayReorder(&o, "me"); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
