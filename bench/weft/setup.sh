#!/usr/bin/env bash
# Builds weft, loads the data set through its own import and leaves the server
# running. WEFT_1M=1 adds the million. WEFT_NAME and WEFT_PORT tell several
# peers apart, WEFT_SOURCE is another tree to build, WEFT_SETS other sets of
# records. With WEFT_MONGODB_URI weft keeps its records there; WEFT_DB_PID is
# that server, whose CPU counts as weft's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${PEERS_WORK:-$here/../work}; mkdir -p "$work"; work=$(cd "$work" && pwd)
name=${WEFT_NAME:-weft} port=${WEFT_PORT:-18520}
dir=$work/$name
mkdir -p "$dir"
(cd "${WEFT_SOURCE:-$here/../..}" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$dir/weft" ./cmd/weft)
cd "$dir"
rm -rf data package
"$here/package.sh" "$dir/package"
export WEFT_ADMIN_PASSWORD=bench-password-1
./weft template install "$dir/package" --confirm-roles --data data
./weft user add bench --name Bench --role bench --password bench-password-1 --data data
load=$work/load
for s in ${WEFT_SETS:-10000:leads10k 100000:leads100k ${WEFT_1M:+1000000:leads1m} 10000:leads}; do
  n=${s%%:*} c=${s##*:}
  "$load" gen -n "$n" -format weftcsv > set.csv
  # an import takes files up to 256 MiB
  tail -n +2 set.csv | split -l 250000 - part.
  for part in part.*; do
    { head -n 1 set.csv; cat "$part"; } > piece.csv
    ./weft import piece.csv --entity "$c" --data data
  done
  rm -f set.csv piece.csv part.*
done
cat > run.sh <<SH
#!/bin/sh
${WEFT_MONGODB_URI:+export WEFT_MONGODB_URI='$WEFT_MONGODB_URI'}
cd "$dir" && exec ./weft serve --listen 127.0.0.1:$port --data data
SH
chmod +x run.sh
./run.sh > server.log 2>&1 & pid=$!
for _ in $(seq 200); do curl -fsS "http://127.0.0.1:$port/readyz" >/dev/null 2>&1 && break; sleep .05; done
token=$(curl -fsS "http://127.0.0.1:$port/api/v1/session" -H 'Content-Type: application/json' \
  -d '{"login":"bench","password":"bench-password-1"}' | jq -r .token)
jq -n --arg b "http://127.0.0.1:$port" --arg t "$token" --argjson p "$pid" --arg n "$name" --arg w "/api/v1/live" \
  --argjson d "${WEFT_DB_PID:-0}" '{name:$n,kind:"weft",base:$b,token:$t,pid:$p,db_pid:$d,ws:$w}' > "$work/$name.json"
echo "$name: pid $pid, $work/$name.json"
