package desktop

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// limitSummary is the summary of the warning about a truncated list. The drift
// check searches for it, because a truncated list does not show all desktops.
const limitSummary = "List Ends at Its Limit"

// limitedPush pushes results up to the limit of a request. It pushes each
// result only after the next one is known: Terraform reads nothing after the
// limit, so the warning that there are more results must be part of the last
// one.
type limitedPush struct {
	push  func(list.ListResult) bool
	limit int64 // 0 means no limit.
	n     int64
	held  *list.ListResult
	ended bool // Whether Terraform accepts no more results.
}

// add adds a result. It reports whether Terraform accepts more results.
func (p *limitedPush) add(result list.ListResult) bool {
	if p.limit > 0 && p.n == p.limit {
		p.held.Diagnostics.Append(diagnose.Warn(limitSummary,
			fmt.Sprintf("There are more desktops than the limit of %d. Set limit in the list block to a larger number.", p.limit)))
		p.flush()
		p.ended = true
		return false
	}
	p.flush()
	p.held = &result
	p.n++
	return !p.ended
}

// report pushes a diagnostic. It reports whether Terraform accepts more
// results.
func (p *limitedPush) report(d diag.Diagnostic) bool {
	p.flush()
	p.send(list.ListResult{Diagnostics: diag.Diagnostics{d}})
	return !p.ended
}

// flush pushes the last result.
func (p *limitedPush) flush() {
	if p.held == nil {
		return
	}
	held := *p.held
	p.held = nil
	p.send(held)
}

// send pushes a result. After Terraform has stopped reading, another push would
// panic.
func (p *limitedPush) send(result list.ListResult) {
	p.ended = p.ended || !p.push(result)
}
