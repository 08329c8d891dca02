#!/usr/bin/env bash
# One repeat of one group of workloads over the named peers, interleaved: each
# workload runs on every peer before the next workload starts.
# usage: bench.sh writes|reads|reads1m|small PEER...   (peers set up, servers running)
# ROUND numbers the repeat, so that peers can be compared round by round. NOISE=9
# takes runs as they are on a machine that is never quiet.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${PEERS_WORK:-$here/work}
group=$1; shift
peers=("$@")
each() { # workload collection concurrency seconds
  for p in "${peers[@]}"; do
    "$work/load" run -peer "$work/$p.json" -out "${RESULTS:-$work/results.jsonl}" -wl "$1" -coll "$2" -c "$3" -t "$4" -round "${ROUND:-0}" -noise "${NOISE:-0.35}" | cut -c1-400 || true
  done
}
case $group in
writes)
  for c in 1 16 64; do each create leads $c 3; done
  for c in 1 16; do each update leads $c 2; done ;;
reads)
  for c in 1 16 64; do each get leads10k $c 2; done
  for c in 1 16; do each list leads10k $c 2; done
  for c in 1 16; do each list leads100k $c 2; done
  each listtotal leads100k 16 2
  for c in 1 16; do each search leads100k $c 2; done
  each agg leads100k 1 2
  each aggmixed leads100k 1 3 ;;
small) # both stores, on as much as a slow test server takes
  for c in 1 64; do each create leads $c 4; done
  for c in 1 16; do each get leads10k $c 2; done
  each list leads10k 16 4
  each listtotal leads10k 16 4
  for c in 1 16; do each search leads10k $c 3; done
  each agg leads10k 1 2
  each aggmixed leads10k 1 4 ;;
reads1m)
  for c in 1 16; do each list leads1m $c 4; done
  each listtotal leads1m 16 5
  each search leads1m 1 6
  each agg leads1m 1 6
  each get leads1m 16 3 ;;
esac
