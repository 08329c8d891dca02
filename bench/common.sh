# What the scripts of the benchmark share; PEERS_WORK is set.

# tools makes sure of the programs that the scripts call.
tools() {
  local tool missing=
  for tool in jq curl "$@"; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  [ -z "$missing" ] && return
  echo "installing:$missing"
  # shellcheck disable=SC2086
  apt-get install -y -qq $missing >/dev/null || { echo "please install:$missing" >&2; exit 1; }
}

build_load() { (cd "$here/load" && go build -o "$PEERS_WORK/load" .); }

# stop ends the servers of peers, as far as they still run as they were started.
stop() {
  local p pid
  for p; do
    [ -f "$PEERS_WORK/$p.json" ] || continue
    pid=$(jq .pid "$PEERS_WORK/$p.json")
    case "$(readlink "/proc/$pid/exe" 2>/dev/null)" in
    "$PEERS_WORK/$p/"*) kill "$pid" 2>/dev/null || true ;;
    esac
  done
}

# turn lists peers in the order of a round: each begins in turn.
turn() {
  local round=$1
  shift
  if [ $((round % 2)) = 0 ]; then echo "$2 $1"; else echo "$1 $2"; fi
}
