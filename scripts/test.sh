#!/usr/bin/env bash
# What `make test` runs: format, vet, staticcheck, all tests on the embedded store
# (with the race detector if there is a C compiler), and then every test that
# stores records or files again on MongoDB and S3.
set -euo pipefail
cd "$(dirname "$0")/.."
make --no-print-directory lint
scripts/test-web.sh browser
race=-race
if ! CGO_ENABLED=1 "${CC:-cc}" --version >/dev/null 2>&1; then
  if [ "${CI:-}" = true ]; then
    echo "no C compiler: the race detector needs one (apt-get install gcc)" >&2
    exit 1
  fi
  echo "no C compiler found: the tests run without the race detector"
  race=
fi
servers=yes
scripts/test-servers.sh || servers=
if [ -z "$servers" ] && [ "${CI:-}" = true ]; then
  exit 1
fi
CGO_ENABLED=0 go build -o /dev/null ./cmd/weft

# These process much data or measure time, so they run without the race detector.
heavy='TestRealSalesHistory|TestImportOfALargeFile|TestKill|TestPowerLoss|TestMigrate|TestADatabaseThatGoesAway|TestABlackHole|TestBackupUnderLoad|TestReplayOverTheImportedDeals|TestDiffer$|TestDifferBeyondLimits'
if [ -n "$race" ]; then
  CGO_ENABLED=1 go test -race -timeout 20m -skip "$heavy" ./...
  go test -timeout 15m -run "$heavy" -v ./runtime/files ./runtime/transfer ./runtime/store/mongo ./runtime/store/sqlite ./cmd/internal/app ./cmd/weft
else
  go test -timeout 20m ./...
fi

# The tests that open their store by anystore, on the other store.
if [ -z "$servers" ]; then
  echo "left out: all tests on MongoDB and S3, whose servers are missing (see above)" >&2
  exit 0
fi
switched=$(go list -test -f '{{if .ForTest}}{{.ForTest}} {{join .Deps " "}}{{end}}' ./... |
  awk '/ weft\/runtime\/store\/storetest\/anystore( |$)/ {print $1}' | sort -u)
if [ -z "$switched" ]; then
  echo "no package opens its store by anystore: nothing would run on MongoDB and S3" >&2
  exit 1
fi
export WEFT_TEST_STORE=mongodb WEFT_TEST_FILES=s3
go test -timeout 20m -skip "$heavy" $switched
go test -timeout 15m -run "$heavy" -v ./runtime/files ./runtime/transfer
