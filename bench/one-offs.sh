#!/usr/bin/env bash
# The workloads that run outside bench.sh's rounds.
# usage: one-offs.sh rt PEER... | bulk PEER... | boot PEER...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${PEERS_WORK:-$here/work}
what=$1; shift
go() { "$work/load" "$@" -round "${ROUND:-0}" -out "${RESULTS:-$work/results.jsonl}" | cut -c1-400; }
case $what in
rt) for p; do go rt -peer "$work/$p.json" -clients "${RT_CLIENTS:-200}" -rate "${RT_RATE:-20}" -t 8; done ;;
bulk) for _ in $(seq "${BULK_REPEATS:-3}"); do for p; do go bulk -peer "$work/$p.json" -coll leads_bulk -n "${BULK_ROWS:-20000}" -batch 1000; done; done ;;
boot) # ends the running servers; start them again with each peer's run.sh
  killtree() { local c; for c in $(pgrep -P "$1"); do killtree "$c"; done; kill "$1" 2>/dev/null || true; }
  for p; do killtree "$(jq .pid "$work/$p.json")"; done
  sleep 2
  for _ in 1 2 3; do for p; do
    "$work/load" boot -peer "$work/$p.json" -coll leads10k -out "${RESULTS:-$work/results.jsonl}" "$work/$p/run.sh" | cut -c1-300
  done; done ;;
esac
