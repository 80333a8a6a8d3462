# shellcheck shell=bash
# Shared by the scripts of this folder; source it, do not run it.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ARTIFACTS=$ROOT/artifacts
mkdir -p "$ARTIFACTS/logs"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers would outlive the script, hold files open and take memory that the tests need.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
# A bare machine has no ICU, without which the SDK runs only with the first switch. The second spares a warning for
# each language that a package has translations for. Nothing we build uses cultures.
if ! ldconfig -p 2>/dev/null | grep -q libicuuc; then
  export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY=0
fi
# ONNX Runtime 1.30 reports home and writes into ~/.cache unless this is set before it loads.
export ORT_DISABLE_TELEMETRY=1

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() { say "$*"; exit 1; }

# Runs a command as root: directly, or through sudo.
as_root() {
  if ((EUID == 0)); then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "needs root for: $*"
  fi
}

# quietly NAME COMMAND...: runs it with its output in artifacts/logs/NAME.log, which is shown when it fails.
quietly() {
  local log=$ARTIFACTS/logs/$1.log
  shift
  "$@" >"$log" 2>&1 </dev/null || { local code=$?; tail -n 60 "$log" >&2; say "failed (all of it: $log): $*"; return "$code"; }
}

need_dotnet() {
  command -v dotnet >/dev/null ||
    die 'the .NET SDK 10 is not on the PATH; get it from https://dotnet.microsoft.com/download/dotnet/10.0'
  local version
  version=$(dotnet --version 2>/dev/null) || version=unknown
  [[ $version =~ ^[1-9][0-9]+\. ]] ||
    die "this needs the .NET SDK 10, not $version; get it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

# Prints a loopback TCP port that nothing listens on now.
free_port() {
  local port
  for ((port = 20000 + RANDOM % 20000; port < 60000; port++)); do
    # The connection attempt fails where nothing listens.
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s\n' "$port"; return; }
  done
  return 1
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds; fails after SECONDS.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < until)) || return 1
    sleep 0.1
  done
}

# The processes a script starts, ended by id when it exits.
STARTED=()
end_started() {
  local pid
  for pid in "${STARTED[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${STARTED[@]}"; do wait "$pid" 2>/dev/null || true; done
  STARTED=()
}
