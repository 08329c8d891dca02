#!/usr/bin/env bash
# Tests the web app: types, lint, unit tests, sizes, whether the types of the API are
# those of the server, and with "browser" all that needs the built program and Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
  echo "the web app is not tested: it needs Node 20 and npm" >&2
  [ "${CI:-}" = true ] && exit 1
  exit 0
fi
make --no-print-directory build
cd frontend
npm run --silent types
npm run --silent lint
npm test --silent
node build/budget.mjs
[ "${1:-}" = browser ] || exit 0

if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing Chromium and Chinese fonts for the tests in a browser"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
  else
    echo "the tests in a browser are left out: install Chromium" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 0
  fi
fi
tools/apitypes/check.sh
npm run --silent e2e
