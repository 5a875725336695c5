package ledger

// scenarios are the scenarios that the walk explores completely. The letters
// are those of the counterexamples in trace_test.go.
var scenarios = []scenario{
	{name: "two addresses, two applies, one fault", large: true, runs: 2, kinds: kinds(both, both), faults: 1, calls: 1, unknown: true, saveFails: true},
	{name: "one address, two applies, two faults", large: true, runs: 2, kinds: kinds(first1, first1), faults: 2, sleeps: 1, calls: 1, unknown: true, refused: true, failure: true, saveFails: true, saves: true},
	{name: "the same on one machine", large: true, runs: 2, kinds: kinds(first1, first1), faults: 2, sleeps: 1, calls: 1, unknown: true, saveFails: true, directory: true},
	{name: "a sleep, a forced lock and a target", large: true, runs: 2, kinds: kinds(both, second), sleeps: 1, faults: 1, calls: 1},
	{name: "repeated callbacks and a receiver that dies", runs: 2, kinds: kinds(first1, first1), faults: 1, calls: 2, receiver: true, saveFails: true, saves: true},
	{name: "an interim callback", runs: 2, kinds: kinds(first1, first1), faults: 1, calls: 1, interim: true},
	{name: "a drift check beside an apply", runs: 3, kinds: kinds(first1, runKind{drift: true}, second), faults: 1, calls: 1, saves: true},
	{name: "a plan that cannot write", runs: 2, kinds: kinds(first1, runKind{wants: both.wants, readOnly: true}), faults: 1, calls: 1, saves: true, saveFails: true},
	{name: "commands and sweep", runs: 2, kinds: kinds(first1, first1), faults: 1, commands: 1, calls: 2, unknown: true, saveFails: true, sweep: true},
	{name: "reorder and an outsider", large: true, runs: 2, kinds: kinds(first1, first1), calls: 1, unknown: true, reorder: true, outsider: true, epochs: 2, faults: 1},
	{name: "disks that differ", runs: 2, kinds: kinds(both, second), faults: 1, calls: 1, disks: &[addresses]uint8{5, 2}},
	{name: "three applies of one address", large: true, runs: 3, kinds: kinds(first1, first1, first1), faults: 1, sleeps: 1, calls: 1, saveFails: true, saves: true},
}

func kinds(list ...runKind) [maxRuns]runKind {
	var all [maxRuns]runKind
	copy(all[:], list)
	return all
}
