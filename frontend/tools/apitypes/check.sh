#!/usr/bin/env bash
# Fails when src/api/schema.d.ts is not what the server's OpenAPI document says; with
# --write it writes the file anew.
set -euo pipefail
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --no-audit --no-fund --silent
data=$(mktemp -d)
export WEFT_ADMIN_PASSWORD=weft-demo-2026
port=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
../../../bin/weft serve --listen "127.0.0.1:$port" --data "$data" >"$data/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT
node fetch.mjs "http://127.0.0.1:$port" >"$data/openapi.json"
if [ "${1:-}" = --write ]; then
  node generate.mjs "$data/openapi.json"
  exit
fi
node generate.mjs "$data/openapi.json" "$data/schema.d.ts"
if ! cmp -s "$data/schema.d.ts" ../../src/api/schema.d.ts; then
  diff "$data/schema.d.ts" ../../src/api/schema.d.ts | head -40
  echo "src/api/schema.d.ts is stale: frontend/tools/apitypes/check.sh --write" >&2
  exit 1
fi
