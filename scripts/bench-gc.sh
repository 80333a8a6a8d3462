#!/usr/bin/env bash
# Compares settings of the garbage collector on the published daemon, in turn, in one run: latency of windows and memory
# (docs/benchmarks/README.md). Usage: bench-gc.sh [ROUNDS [SECONDS]], 6 and 10 unless given. Writes
# artifacts/benchmarks/gc-DATE.json. Needs scripts/publish.sh and scripts/pack-demo-models.sh before it, and a program that was
# published with -p:ServerGarbageCollection=true in EDGERUNNER_PROGRAM: the shipped one has no server collector in it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rounds=${1:-6} seconds=${2:-10}
program=${EDGERUNNER_PROGRAM:-$ARTIFACTS/publish/linux-x64/edgerunner}
demo=$ROOT/device-configs/demo
work=$(mktemp -d)
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT

# NAME and the variables that the runtime reads before what is built into the program. Numbers are hexadecimal.
variants=(
  'server-concurrent|DOTNET_gcServer=1 DOTNET_gcConcurrent=1'
  'workstation-concurrent|DOTNET_gcServer=0 DOTNET_gcConcurrent=1'
  'workstation|DOTNET_gcServer=0 DOTNET_gcConcurrent=0'
  'workstation-conserve-5|DOTNET_gcServer=0 DOTNET_gcConcurrent=0 DOTNET_GCConserveMemory=5'
  'workstation-gen0-256KB|DOTNET_gcServer=0 DOTNET_gcConcurrent=0 DOTNET_GCgen0size=40000'
  'workstation-gen0-4MB|DOTNET_gcServer=0 DOTNET_gcConcurrent=0 DOTNET_GCgen0size=400000'
)

port=$(free_port)
printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' >"$work/mosquitto.conf"
mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
STARTED+=($!)
wait_for 10 mosquitto_pub -h 127.0.0.1 -p "$port" -t ready -n 2>/dev/null || die 'mosquitto does not start'

# 1000 windows a second, each with a record that is stored and published: what the daemon allocates for, it allocates here.
jq -n --argjson port "$port" --arg work "$work" --arg file "$demo/data/shuttle.csv" --arg bundle "$(echo "$ARTIFACTS"/demo/models/shuttle-forest-*)" '
  {device: {id: "bench-board", fleet: "bench"}, broker: {host: "127.0.0.1", port: $port},
   storage: {stateDirectory: "\($work)/state", runtimeDirectory: "\($work)/run", cacheDirectory: "\($work)/cache", logDirectory: "\($work)/log"},
   pipelines: {shuttle: {source: {kind: "replay", file: $file, format: "csv", columns: ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"],
      sampleRateHz: 1000, pace: "real-time", loop: true},
    window: {input: "x", length: 1}, model: {bundle: $bundle}, decision: {kind: "argmax", output: "label"}}}}' >"$work/edgerunner.json"
jq '.pipelines = {}' "$work/edgerunner.json" >"$work/idle.json"

idle_kilobytes() { # VARIABLES
  rm -rf "$work/state" "$work/run" "$work/log"
  # shellcheck disable=SC2086
  env $1 "$program" run --config "$work/idle.json" >"$work/daemon.log" 2>&1 &
  local daemon=$!
  STARTED+=("$daemon")
  sleep 2
  sed -n 's/^Pss:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$daemon/smaps_rollup"
  kill "$daemon"
  wait "$daemon" || true
}
measure() { # NAME VARIABLES
  local idle
  idle=$(idle_kilobytes "$2")
  rm -rf "$work/state" "$work/run" "$work/log"
  # shellcheck disable=SC2086
  env $2 "$program" run --config "$work/edgerunner.json" >"$work/daemon.log" 2>&1 &
  local daemon=$!
  STARTED+=("$daemon")
  sleep "$seconds"
  "$program" status --json --config "$work/edgerunner.json" >"$work/status.json" || { cat "$work/daemon.log" >&2; die "the daemon does not answer ($1)"; }
  local peak ticks
  peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$daemon/status")
  ticks=$(cut -d ' ' -f 14-15 "/proc/$daemon/stat")
  kill "$daemon"
  wait "$daemon" || true
  jq -c --arg variant "$1" --argjson idle "$idle" --argjson peak "$peak" --arg ticks "$ticks" '.pssBytes as $pss | .pipelines[0] | {variant: $variant, idlePssKilobytes: $idle, pssKilobytes: ($pss / 1024), peakRssKilobytes: $peak,
    cpuTicks: ($ticks | split(" ") | map(tonumber) | add), windows, p50: .latencyP50Us, p99: .latencyP99Us, p999: .latencyP999Us, max: .latencyMaxUs}' "$work/status.json" >>"$work/rounds.jsonl"
}

load_at_start=$(cut -d ' ' -f 1-3 /proc/loadavg)
for ((round = 0; round < rounds; round++)); do
  say "round $((round + 1)) of $rounds"
  for ((i = 0; i < ${#variants[@]}; i++)); do
    # The order moves by one each round, so that none is always the first after a pause.
    IFS='|' read -r name variables <<<"${variants[$(((i + round) % ${#variants[@]}))]}"
    measure "$name" "$variables"
  done
done

mkdir -p "$ARTIFACTS/benchmarks"
result=$ARTIFACTS/benchmarks/gc-$(date -u +%Y-%m-%d).json
jq -n --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg commit "$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null || true)" \
  --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" --argjson cores "$(nproc)" --arg kernel "$(uname -r)" \
  --arg load "$load_at_start" --arg loadEnd "$(cut -d ' ' -f 1-3 /proc/loadavg)" --argjson seconds "$seconds" --slurpfile rounds "$work/rounds.jsonl" '
  def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
  {date: $date, commit: $commit, machine: {cpu: $cpu, cores: $cores, kernel: $kernel, loadAverageAtStart: $load, loadAverageAtEnd: $loadEnd}, secondsEach: $seconds,
   table: [$rounds | group_by(.variant)[] | {variant: .[0].variant, rounds: length, p50Us: (map(.p50) | median), p99Us: (map(.p99) | median), p999Us: (map(.p999) | median),
     maxUs: (map(.max) | median), idlePssMegabytes: (map(.idlePssKilobytes) | median / 1024 * 10 | round / 10), pssMegabytes: (map(.pssKilobytes) | median / 1024 * 10 | round / 10), peakRssMegabytes: (map(.peakRssKilobytes) | median / 1024 * 10 | round / 10),
     cpuMillisecondsPerSecond: (map(.cpuTicks) | median * 10 / $seconds | round)}],
   rounds: $rounds}' >"$result"
jq -r '["variant", "p50 us", "p99 us", "p99.9 us", "max us", "idle PSS MB", "PSS MB", "peak RSS MB", "CPU ms/s"], (.table[] | [.[] | tostring] | del(.[1])) | @tsv' "$result" | column -t -s "$(printf '\t')"
say "all of it is in $result"
