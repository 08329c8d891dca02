#!/usr/bin/env bash
# Installs the servers that the tests need, once, into the cache folder of this
# user: SecantusDB if there is no mongod, and versitygw. For each one that cannot
# be installed it prints a line, and the exit status is 1.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/weft"
mkdir -p "$cache"
missing=0

miss() {
  echo "test servers: $1" >&2
  missing=1
}

# python_found prints the first Python that is new enough.
python_found() {
  local p
  for p in python3 python3.13 python3.12 python3.11 python3.10; do
    if "$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      echo "$p"
      return
    fi
  done
  return 1
}

mongodb() {
  command -v mongod >/dev/null && return
  local wanted=runtime/store/mongo/mongotest/requirements.txt home="$cache/secantus" python
  cmp -s "$wanted" "$home/installed.txt" && return
  python=$(python_found) || {
    miss "no server for the MongoDB tests: install mongod, or Python 3.10 with venv"
    return
  }
  echo "test servers: installing SecantusDB into $home (about 145 MB, once)"
  rm -rf "$home"
  "$python" -m venv "$home"
  if ! "$home/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r "$wanted"; then
    miss "SecantusDB cannot be installed, see above; a mongod on PATH does as well"
    return
  fi
  cp "$wanted" "$home/installed.txt"
}

s3() {
  local version=v1.8.0
  [ -x "$cache/bin/versitygw" ] && [ "$(cat "$cache/bin/versitygw.version" 2>/dev/null)" = "$version" ] && return
  echo "test servers: installing versitygw $version into $cache/bin (two minutes, once)"
  if ! GOBIN="$cache/bin" go install "github.com/versity/versitygw/cmd/versitygw@$version"; then
    miss "versitygw cannot be installed, see above"
    return
  fi
  echo "$version" >"$cache/bin/versitygw.version"
}

# Concurrent runs must not install into the same folder.
if command -v flock >/dev/null; then
  exec 9>"$cache/lock"
  flock 9
fi
mongodb
s3
exit "$missing"
