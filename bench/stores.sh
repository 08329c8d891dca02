#!/usr/bin/env bash
# `make bench-stores`: the same weft on the embedded store and on MongoDB, on the
# same work, interleaved, and the ratios. The database is the one that tests
# would get (WEFT_TEST_MONGODB, mongod, the test server) and is named in the
# output. BENCH_REPEATS (3) rounds, RT_CLIENTS (50) subscribers, BULK_ROWS; the
# test server, which scans a collection in 0.1 ms a record, gets fewer records.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PEERS_WORK=${PEERS_WORK:-$here/work/stores}
. "$here/common.sh"
tools
"$here/../scripts/test-servers.sh" || true # a server may be there all the same
mkdir -p "$PEERS_WORK"
build_load
(cd "$here/.." && go build -o "$PEERS_WORK/mongodb-server" ./bench/mongodb)
rm -rf "$PEERS_WORK/mongodb-data"; mkdir -p "$PEERS_WORK/mongodb-data"
stop embedded mongodb
coproc DATABASE { exec "$PEERS_WORK/mongodb-server" "$PEERS_WORK/mongodb-data"; } # ends with this script
database=$DATABASE_PID
trap 'stop embedded mongodb; kill "$database" 2>/dev/null || true' EXIT
read -r running <&"${DATABASE[0]}"
server=$(jq -r .server <<<"$running")
uri=$(jq -r .uri <<<"$running" | sed -E 's#^([a-z+]+://[^/?]+)/?[^?]*#\1/weft_bench_'"$$"'#')
case $server in
SecantusDB*) sets="1000:leads10k 1000:leads" rows=2000 ;;
*) sets="10000:leads10k 10000:leads" rows=20000 ;;
esac
export RESULTS=$PEERS_WORK/results.jsonl WEFT_SETS=${WEFT_SETS:-$sets} BULK_ROWS=${BULK_ROWS:-$rows} RT_CLIENTS=${RT_CLIENTS:-50}
: > "$RESULTS"
WEFT_NAME=embedded WEFT_PORT=18530 "$here/weft/setup.sh"
WEFT_NAME=mongodb WEFT_PORT=18531 WEFT_MONGODB_URI=$uri WEFT_DB_PID=$(jq .pid <<<"$running") "$here/weft/setup.sh"
for ROUND in $(seq "${BENCH_REPEATS:-3}"); do
  export ROUND
  "$here/bench.sh" small $(turn "$ROUND" embedded mongodb)
  "$here/one-offs.sh" rt $(turn "$ROUND" embedded mongodb)
  BULK_REPEATS=1 "$here/one-offs.sh" bulk $(turn "$ROUND" embedded mongodb)
done
"$PEERS_WORK/load" report "$RESULTS"
echo
echo "Database: $server; records: $WEFT_SETS, bulk $BULK_ROWS"
"$PEERS_WORK/load" compare -peers embedded,mongodb "$RESULTS"
