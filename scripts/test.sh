#!/usr/bin/env bash
# Everything that `make test` means: format, vet, staticcheck, and all tests
# with the race detector where a C compiler is there.
set -euo pipefail
cd "$(dirname "$0")/.."
make --no-print-directory lint
race=-race
if ! CGO_ENABLED=1 "${CC:-cc}" --version >/dev/null 2>&1; then
  if [ "${CI:-}" = true ]; then
    echo "no C compiler: the race detector needs one (apt-get install gcc)" >&2
    exit 1
  fi
  echo "no C compiler found: the tests run without the race detector"
  race=
fi
CGO_ENABLED=0 go build -o /dev/null ./cmd/weft
# These move so much data that the race detector would only make them long;
# they run as the product is built.
heavy='TestRealSalesHistory|TestKill|TestPowerLoss'
if [ -n "$race" ]; then
  CGO_ENABLED=1 go test -race -timeout 20m -skip "$heavy" ./...
  go test -timeout 15m -run "$heavy" -v ./runtime/transfer ./cmd/weft
else
  go test -timeout 20m ./...
fi
