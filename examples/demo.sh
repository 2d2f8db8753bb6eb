#!/usr/bin/env bash
# The main job from end to end on the local cloud: a plan that stops a mistake, then plan, apply, results, costs, and
# nothing left to do. `make demo` runs it.
# Works on a copy, so that the repository stays as it is; needs no account, no network and no terminal.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${VENV:-$here/../.venv}
if [ -x "$venv/bin/qctl" ]; then PATH="$(cd "$venv/bin" && pwd):$PATH"; fi
command -v qctl >/dev/null || { echo "qctl is not installed; \`make demo\` sets it up." >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/fears/shots" "$here/two-clouds" "$work"
rm -rf "$work"/*/state "$work"/*/.qctl
# What somebody has set for real work has no business here.
unset QCTL_LOCAL_CLOUD QCTL_ENV QCTL_POLICY_DIR QCTL_CACHE_DIR

say() { printf '\n== %s\n' "$*"; }
run() {
  printf '\n$ qctl %s\n' "$*"
  qctl "$@" 2>&1
}
# Ends unless the command before ended with this exit code.
expect() { [ "$1" = "$2" ] || { echo "demo: exit code $1 instead of $2" >&2; exit 1; }; }

cat <<'TEXT'
Everything here happens on this machine, in a temporary folder: nothing leaves it, and nothing is paid.
TEXT

say "1. A zero too many: 10,000 shots on a QPU, where 2 USD were meant to be the most"
cd "$work/shots"
code=0
run plan || code=$?
printf '$ echo $?\n%s\n' "$code"
expect "$code" 6

say "2. Two clouds in one project: a sweep on Amazon Braket, a batch on Pasqal; simulated, priced, held against a budget"
cd "$work/two-clouds"
run plan --out reviewed.plan

say "3. Exactly that plan is applied, each run is paid once, and the local cloud really simulates them"
# The plan stands above; apply shows it once more before it begins.
run apply reviewed.plan --wait | sed '/^  # /,/^Budget:/d; /^Simulated:/d'
run results

say "4. What it cost, and nothing left to do"
run cost
run plan | tee "$work/second-plan"

# The promise of the whole thing: what was paid is never submitted again.
[ "$(tail -n 1 "$work/second-plan")" = 'No changes. Your infrastructure matches the configuration.' ]
