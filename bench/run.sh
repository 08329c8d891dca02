#!/usr/bin/env bash
# `make bench`: weft with its durable setting beside PocketBase in the same run,
# interleaved, and the ratios. BENCH_REPEATS (3), BENCH_1M=1 for the million.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PEERS_WORK=${PEERS_WORK:-$here/work}
mkdir -p "$PEERS_WORK"
for tool in sqlite3 jq curl; do
  command -v $tool >/dev/null || missing="${missing:-} $tool"
done
if [ -n "${missing:-}" ]; then
  echo "installing:$missing"
  apt-get install -y -qq $missing >/dev/null || { echo "please install:$missing" >&2; exit 1; }
fi
(cd "$here/load" && go build -o "$PEERS_WORK/load" .)
stop() {
  for f in "$PEERS_WORK"/weft.json "$PEERS_WORK"/pocketbase.json; do
    [ -f "$f" ] && kill "$(jq .pid "$f")" 2>/dev/null || true
  done
}
stop; trap stop EXIT
export RESULTS=$PEERS_WORK/results.jsonl
: > "$RESULTS"
${BENCH_1M:+env WEFT_1M=1} "$here/weft/setup.sh"
${BENCH_1M:+env PB_1M=1} "$here/pocketbase/setup.sh"
for _ in $(seq "${BENCH_REPEATS:-3}"); do
  "$here/bench.sh" writes weft pocketbase
  "$here/bench.sh" reads weft pocketbase
  if [ -n "${BENCH_1M:-}" ]; then "$here/bench.sh" reads1m weft pocketbase; fi
done
"$here/one-offs.sh" rt weft pocketbase
"$here/one-offs.sh" bulk weft pocketbase
"$here/one-offs.sh" boot weft pocketbase
"$PEERS_WORK/load" report "$RESULTS"
"$PEERS_WORK/load" ratios "$RESULTS"
