#!/bin/sh
# Compares what is in the Terraform state of this directory with reality. The
# arguments go on to terraform plan, such as -var-file=prod.tfvars.
#
# The exit code is
#   0  if nothing drifted,
#   2  if something did: stdout has a line for each attribute,
#   1  if that is not known: stderr says why.
set -eu

fail() {
	printf 'Failure: %s\n' "$1" >&2
	exit 1
}

for tool in terraform jq; do
	command -v "$tool" >/dev/null || fail "$tool is not on PATH."
done

# A plan holds passwords in clear: nobody else may read it, and it goes in the end.
umask 077
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

code=0
terraform plan -json -refresh-only -detailed-exitcode -input=false -out="$dir/plan" "$@" >"$dir/log" || code=$?
jq -rR 'fromjson? | .diagnostic? // empty
  | "\(.severity): \(.summary)\(if .address then " (\(.address))" else "" end)\n\(.detail)"' "$dir/log" >&2
case $code in
0 | 2) ;;
*) fail 'Terraform could not compare. Whether anything drifted is not known.' ;;
esac

terraform show -json "$dir/plan" >"$dir/plan.json" || fail 'The plan cannot be read.'

# Exit code 2 is no proof: Terraform 1.10 and later also compare what no
# attribute shows, and so find changes in two sensitive values of one resource.
jq -r '
  .resource_drift[]? | .address as $address | .change as $change
  | if $change.after == null then "\($address): removed"
    else
      ($change.before + $change.after | keys[]) as $name
      | [$change.before[$name], $change.after[$name]] as [$before, $after]
      | select($before != $after)
      | [$change.before_sensitive, $change.after_sensitive | if type == "object" then .[$name] else . end] as $marks
      | "\($address) \($name): " +
        if any($marks | ..; . == true) then "changed (sensitive)"
        else "\($before | tojson) -> \($after | tojson)"
        end
    end' "$dir/plan.json" >"$dir/drift" || fail 'The plan cannot be understood.'
if [ -s "$dir/drift" ]; then
	cat "$dir/drift"
	exit 2
fi

count=$(jq '[.prior_state | .. | objects | select(.mode == "managed")] | length' "$dir/plan.json")
[ "$count" -gt 0 ] || fail 'The state holds nothing to compare with. Is its backend configured?'
echo "No drift seen. Resources in the state: $count."
