#!/usr/bin/env bash
# The main job from end to end on the local cloud: plan, apply, results, and nothing left to do. `make demo` runs it.
# Works on a copy, so that the repository stays as it is; needs no account, no network and no terminal.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${VENV:-$here/../.venv}
if [ -x "$venv/bin/qctl" ]; then PATH="$(cd "$venv/bin" && pwd):$PATH"; fi
command -v qctl >/dev/null || { echo "qctl is not installed; \`make demo\` sets it up." >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/two-clouds" "$work/two-clouds"
cd "$work/two-clouds"
# What somebody has set for real work has no business here.
unset QCTL_LOCAL_CLOUD QCTL_ENV
rm -rf state .qctl

run() {
  printf '\n$ qctl %s\n' "$*"
  qctl "$@"
}

cat <<'TEXT'
This demo works in a temporary copy of examples/two-clouds: two quantum tasks for Amazon Braket (a sweep of an angle) and
a batch for Pasqal (a sweep of a time), in one project. It plans them, submits each once to the local cloud, which really
simulates them, and reads the results back. Nothing leaves this machine and nothing is paid.
TEXT

run plan
run apply --auto-approve --wait
run results
run plan | tee "$work/second-plan"

# The promise of the whole thing: what was paid is never submitted again.
[ "$(tail -n 1 "$work/second-plan")" = 'No changes. Your infrastructure matches the configuration.' ]
