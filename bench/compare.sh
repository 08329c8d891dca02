#!/usr/bin/env bash
# compare.sh REV: weft as it was at a revision beside weft as it is in this tree,
# both on the embedded store, on the same work in one run, interleaved, who
# begins changing from round to round. Ends with exit status 1 when a ratio
# (now over then) is below LEAST (0.95). BENCH_REPEATS (5) rounds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rev=$(git -C "$here" rev-parse --verify "${1:?usage: compare.sh REV}^{commit}")
export PEERS_WORK=${PEERS_WORK:-$here/work/compare}
. "$here/common.sh"
tools
mkdir -p "$PEERS_WORK"
build_load
rm -rf "$PEERS_WORK/source"; mkdir -p "$PEERS_WORK/source"
git -C "$here/.." archive "$rev" | tar -x -C "$PEERS_WORK/source"
stop then now
trap 'stop then now' EXIT
export RESULTS=$PEERS_WORK/results.jsonl
: > "$RESULTS"
WEFT_NAME=then WEFT_PORT=18540 WEFT_SOURCE=$PEERS_WORK/source "$here/weft/setup.sh"
WEFT_NAME=now WEFT_PORT=18541 "$here/weft/setup.sh"
for ROUND in $(seq "${BENCH_REPEATS:-5}"); do
  export ROUND
  "$here/bench.sh" writes $(turn "$ROUND" then now)
  "$here/bench.sh" reads $(turn "$ROUND" then now)
  "$here/one-offs.sh" rt $(turn "$ROUND" then now)
  BULK_REPEATS=1 "$here/one-offs.sh" bulk $(turn "$ROUND" then now)
done
"$PEERS_WORK/load" report "$RESULTS"
echo
echo "then: $(git -C "$here" log -1 --format='%h %s' "$rev")"
"$PEERS_WORK/load" compare -peers then,now -least "${LEAST:-0.95}" "$RESULTS"
