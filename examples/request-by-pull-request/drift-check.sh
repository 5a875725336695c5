#!/bin/sh
# Compares the Terraform state of this directory with the service. Run it after
# terraform init. The arguments are passed to terraform plan.
#
# Exit code: 0 no findings, 2 findings, 1 the check is incomplete or failed.
#
# Settings, all optional:
#   CLI            terraform (default) or tofu
#   DRIFT_INBOX    inbox of the callback block, to report open orders
#   DRIFT_SCOPE    scope of the callback block
#   DRIFT_REPORTS  directory for drift.json, drift.markdown and drift.junit
set -eu
umask 077 # A plan contains passwords in clear text.
cli=${CLI:-terraform}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "Error: $1" >&2
	exit 1
}

for provider in "${TF_DATA_DIR:-.terraform}"/providers/*/clouddesktop/clouddesktop/*/*/terraform-provider-*; do :; done
[ -x "$provider" ] || fail "The provider is not installed. Run $cli init first."

# A failed plan is saved as well; its report says that the check is incomplete.
"$cli" plan -refresh-only -input=false -no-color -out="$dir/plan" "$@" >"$dir/log" 2>&1 || cat "$dir/log" >&2
[ -f "$dir/plan" ] || fail 'There is no plan, so nothing was compared.'
"$cli" show -json "$dir/plan" >"$dir/plan.json" || fail 'The plan cannot be read.'

set -- "$dir/plan.json"
[ ! -f drift-ignore.json ] || set -- "$@" --ignore drift-ignore.json
[ -z "${DRIFT_INBOX:-}" ] || set -- "$@" --inbox "$DRIFT_INBOX" --scope "${DRIFT_SCOPE:-}"
# Terraform 1.14 and later can list what exists. The report says if that failed.
if ls ./*.tfquery.hcl >"$dir/log" 2>&1 && "$cli" query -help >"$dir/log" 2>&1; then
	"$cli" query -json >"$dir/query.json" || true
	set -- "$@" --query "$dir/query.json"
fi

if [ -n "${DRIFT_REPORTS:-}" ]; then
	mkdir -p "$DRIFT_REPORTS"
	for format in json markdown junit; do
		"$provider" drift "$@" --format "$format" --out "$DRIFT_REPORTS/drift.$format" 2>"$dir/log" || true
	done
fi
format=text
[ -z "${GITHUB_ACTIONS:-}" ] || format=github
code=0
"$provider" drift "$@" --format "$format" || code=$?
exit "$code"
