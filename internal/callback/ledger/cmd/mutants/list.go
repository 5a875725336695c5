package main

const (
	ledger   = "internal/callback/ledger"
	receiver = "internal/callback/receiver"
)

// one is a change of a file of the ledger.
func one(file, before, after string) []change { return []change{{ledger + "/" + file, before, after}} }

var mutants = []mutant{
	{name: "no intent", changes: one("place.go",
		"c.phase, c.ref = phaseIntent, e.Ref\n\treturn Step{Kind: StepWrite, Ref: c.ref, Write: Write{Kind: WriteIntent}}",
		"c.phase, c.ref = phaseSend, e.Ref\n\treturn Step{Kind: StepSend, Ref: c.ref}")},
	{name: "intent after the request", changes: append(one("place.go",
		"c.phase, c.ref = phaseIntent, e.Ref\n\treturn Step{Kind: StepWrite, Ref: c.ref, Write: Write{Kind: WriteIntent}}",
		"c.phase, c.ref = phaseSend, e.Ref\n\treturn Step{Kind: StepSend, Ref: c.ref}"), change{
		ledger + "/place.go",
		"write := Write{Kind: WriteAccepted}", "write := Write{Kind: WriteIntent}",
	})},
	{name: "delete on 5xx: unknown counts as refused", changes: one("place.go",
		"case e.Answer == AnswerRefused:", "case e.Answer == AnswerRefused || e.Answer == AnswerUnknown:")},
	{name: "claim without condition", changes: one("write.go", "case won:", "case won || step.Write.Turn.Kind == Claimed:")},
	{name: "delivered unconditional", changes: one("write.go", "case won:", "case won || step.Write.Turn.Kind == Delivered:")},
	{name: "delivered deleted on confirm", changes: one("confirm.go",
		"Delete: o.OtherKeys}", "Delete: append(o.OtherKeys, TurnKey(o.Ref, 1))}")},
	{name: "result removed before decode", changes: one("decode.go",
		"\treturn l.cfg.Open(value)\n}", "\t_ = l.cfg.Store.Delete(ctx, ResultKey(ref))\n\treturn l.cfg.Open(value)\n}")},
	{name: "confirm without private state", changes: one("confirm.go",
		"\tfor _, ref := range refs {\n", "\trefs = nil\n\tfor i := range v.Orders {\n\t\trefs = append(refs, Reference{Ref: v.Orders[i].Ref})\n\t}\n\tfor _, ref := range refs {\n")},
	{name: "proper end counts as saved", changes: one("order.go", "\t\treturn unconfirmed\n", "\t\treturn passedOver\n")},
	{name: "a living holder is ordered past", changes: one("order.go", "\t\treturn held\n", "\t\treturn passedOver\n")},
	{name: "a living holder's order is claimed", changes: one("order.go", "\t\treturn held\n", "\t\treturn free\n")},
	{name: "no second look before the POST", changes: one("place.go", "stop != nil {", "stop != nil && e.View == nil {")},
	{name: "a second look without the terms", changes: one("own.go", "TermPrefix+id.ScopeHash", "EvidencePrefix+id.ScopeHash")},
	{name: "a first look from before the term", changes: one("ledger.go", "l.outdate()", "_ = l.outdate")},
	{name: "turn without nonce", changes: one("create.go",
		"turn.Process, turn.Nonce = c.Self.Process, c.Self.Nonce", "turn.Process = c.Self.Process")},
	{name: "released during the POST", changes: one("run.go",
		"r.answer = r.sending.Post(post)", "answered := make(chan Answer, 1)\n\tgo func() { answered <- r.sending.Post(post) }()\n\tselect {\n\tcase r.answer = <-answered:\n\tcase <-ctx.Done():\n\t}")},
	{name: "keys deleted before the confirmation", changes: one("planning.go",
		"\tfor todo.Turn != nil {", "\t_ = l.cfg.Store.Delete(ctx, todo.Delete...)\n\tfor todo.Turn != nil {")},
	{name: "a password stored for an ended order", changes: one("receive.go", "return err == nil, err", "return false, err")},
	{name: "a result of an ended order stays", changes: one("tidy.go", "o.ResultKey != \"\" && (", "o.ResultKey == \"\" && (")},
	{name: "a candidate assigned", changes: one("end.go",
		"\tcase c.phase == phaseSearch && e.Kind == Searched:\n",
		"\tcase c.phase == phaseSearch && e.Kind == Searched && e.Candidates == 1:\n\t\treturn c.ready()\n\tcase c.phase == phaseSearch && e.Kind == Searched:\n")},
	{name: "a late process takes a term", changes: one("term.go", "if term.Terraform != self.Terraform && v.Now", "if term.Terraform == \"\" && v.Now")},
	{name: "no look at what was confirmed meanwhile", changes: one("look.go", "if v.outdated(o, want, self) {", "if v.outdated(o, want, self) && o.Ref == \"\" {")},
	{name: "reorder after one look", changes: one("end.go", "look.Process != process && newest", "newest")},
	{name: "the chain is not read before a change", changes: one("finish.go", "if turn, overtaken := c.overtaken(o); overtaken {", "if turn, overtaken := c.overtaken(o); overtaken && o == nil {")},
	{name: "a desktop that existed counts as a result", changes: one("decode.go", "if slices.ContainsFunc(baseline.Desktops, existed) {", "if slices.ContainsFunc(baseline.Desktops, existed) && body == nil {")},
	{name: "an open order is swept", changes: one("sweep.go", "!o.Open() && v.old", "v.old")},
	{name: "a released order is not resumed", changes: one("order.go", "if last.Kind == Released {\n\t\treturn free", "if last.Kind == Released {\n\t\treturn passedOver")},
	{name: "an orphan does not release", changes: one("run.go", "func() { cancel(errOrphan) })", "func() {})")},
	{name: "200 before store", packages: []string{receiver}, changes: []change{{
		receiver + "/accept.go",
		"created, err := c.create(ctx, value)", "created, err := true, error(nil)\n\tgo func() { _, _ = c.create(context.WithoutCancel(ctx), value) }()",
	}}},
}
