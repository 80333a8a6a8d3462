#!/usr/bin/env bash
# Runs the same pipelines in EdgeRunner's published daemon and in Node.js (tests/EdgeRunner.Benchmarks/peers/node), one after the other in
# alternating rounds, and writes one JSON object a round. scripts/bench.sh calls it; docs/benchmarks/README.md says what is measured.
# Usage: bench-peer.sh OUTPUT [ROUNDS] [SECONDS]. Ends with code 3, and says why, when there is no Node.js to compare with.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

output=${1:?OUTPUT is missing} rounds=${2:-3} seconds=${3:-15}
settle=4 # seconds before the measured ones: the just-in-time compiler, heaps and caches are warm then
programs=$ARTIFACTS/publish/linux-x64
demo=$ROOT/device-configs/demo
peer=$ARTIFACTS/peers/node
skip() { say "no comparison with Node.js: $*"; exit 3; }

command -v node >/dev/null || skip 'there is no node on the PATH; apt install nodejs npm'
node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || skip "Node.js 18 or newer is needed, this is $(node --version)"
command -v npm >/dev/null || skip 'there is no npm on the PATH; apt install npm'
mkdir -p "$peer"
cp "$ROOT"/tests/EdgeRunner.Benchmarks/peers/node/{.npmrc,package.json,package-lock.json,*.js} "$peer/"
if ! cmp -s "$peer/package-lock.json" "$peer/installed"; then
  say 'downloading the Node.js peer with npm (about 120 MB): onnxruntime-node and mqtt, checked against package-lock.json; nothing of them is run'
  (cd "$peer" && quietly npm-peer npm ci --ignore-scripts) || skip "npm could not fetch it; is there a network? See $ARTIFACTS/logs/npm-peer.log"
  cp "$peer/package-lock.json" "$peer/installed"
fi

work=$(mktemp -d)
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT
gcc -O2 -Wall -Wextra -o "$work/pace" "$ROOT/tests/EdgeRunner.Benchmarks/native/pace.c"
port=$(free_port)
printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' 'max_queued_messages 0' >"$work/mosquitto.conf"
mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
STARTED+=($!)
wait_for 10 mosquitto_pub -h 127.0.0.1 -p "$port" -t ready -n 2>/dev/null || die 'mosquitto does not start'

# Real-time priority is a right that not every machine gives.
priorities=(default)
realtime=20 # below the sensor's own 50
if chrt -f "$realtime" true 2>/dev/null; then priorities+=(real-time); else say "no comparison with real-time priority: this user may not have it"; fi

# configure PIPELINE PRIORITY: what both programs get. The same sensor process feeds either through a pipe.
configure() {
  local command edgerunner model bundle
  case $1 in
    shuttle)
      period=1000 # µs: 1 kHz
      command=("$work/pace" "$demo/data/shuttle.csv" line)
      model=$demo/models/shuttle-forest/model.onnx
      bundle=$(echo "$ARTIFACTS"/demo/models/shuttle-forest-*)
      edgerunner='{source: {format: "csv", columns: ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"], sampleRateHz: 1000},
        window: {input: "x", length: 1}, decision: {kind: "argmax", output: "label", scores: "probabilities"}}' ;;
    silero)
      period=4000 # µs: eight times as fast as 32 ms of speech are spoken
      command=("$work/pace" /usr/share/pocketsphinx/test/data/goforward.raw 1024)
      model=$ARTIFACTS/models/silero_vad_v6.onnx
      bundle=$(echo "$ARTIFACTS"/demo/models/silero-vad-*)
      edgerunner='{source: {format: "raw", sampleType: "s16le", channels: 1, sampleRateHz: 128000},
        window: {input: "audio", length: 576, hop: 512, prime: "zeros"}, decision: {kind: "threshold", output: "speech", label: "speech", threshold: 0.5}}' ;;
  esac
  windows=$(((settle + seconds + 1) * 1000000 / period))
  command+=("$period" "$windows" "$work/schedule")
  jq -n --arg pipeline "$1" --arg model "$model" --arg broker "mqtt://127.0.0.1:$port" --slurpfile labels <(jq '.outputs[0].labels' "$demo/models/$(basename "${bundle%-*}")/model.json") \
    '{$pipeline, $model, $broker, topic: "peer/\($pipeline)", labels: $labels[0], command: $ARGS.positional}' --args "${command[@]}" >"$work/node.json"
  local thread='{}'
  if [[ $2 == real-time ]]; then thread="{thread: {realtimePriority: $realtime, required: true}}"; fi
  # 'block': as in Node.js, no window is skipped when one was late.
  jq -n --arg name "$1" --argjson port "$port" --arg work "$work/state" --arg bundle "$bundle" '
    {device: {id: "bench-board", fleet: "bench"}, broker: {host: "127.0.0.1", port: $port},
     storage: {stateDirectory: "\($work)/state", runtimeDirectory: "\($work)/run", cacheDirectory: "\($work)/cache", logDirectory: "\($work)/log"},
     pipelines: {($name): ('"$edgerunner"' | .source += {kind: "exec", command: $ARGS.positional, restart: {policy: "never"}}
       | .model = {bundle: $bundle} | .overload = "block" | .telemetry = {windows: "all"} | . + '"$thread"')}}' --args "${command[@]}" >"$work/edgerunner.json"
}

cpu_nanoseconds() { cat "/proc/$1"/task/*/schedstat | awk '{sum += $1} END {printf "%.0f", sum}'; } # finer than the ticks of stat
kilobytes() { awk -v key="$2:" '$1 == key {print $2}' "/proc/$1/smaps_rollup"; }

# measure PIPELINE PRIORITY PROGRAM COMMAND...: one JSON object of one run.
measure() {
  local pipeline=$1 priority=$2 program=$3 pid receiver began cpu
  shift 3
  rm -rf "$work/state" "$work/schedule"
  mosquitto_sub -h 127.0.0.1 -p "$port" -q 1 -V 5 -t "peer/$pipeline" -t "er/1/bench/device/bench-board/telemetry/$pipeline" >"$work/received" &
  receiver=$!
  STARTED+=("$receiver")
  "$@" >"$work/$program.log" 2>&1 &
  pid=$!
  STARTED+=("$pid")
  sleep "$settle"
  [[ -d /proc/$pid ]] || { cat "$work/$program.log" >&2; die "$program ended at once"; }
  began=$(date +%s%N) cpu=$(cpu_nanoseconds "$pid")
  sleep "$seconds"
  cpu=$(($(cpu_nanoseconds "$pid") - cpu)) began=$(($(date +%s%N) - began))
  local pss anonymous
  pss=$(kilobytes "$pid" Pss) anonymous=$(kilobytes "$pid" Pss_Anon)
  wait "$pid" || { tail -n 20 "$work/$program.log" >&2; die "$program failed"; }
  sleep 0.5
  kill "$receiver"
  wait "$receiver" || true
  # When a record was written is told in the clock of its program: CLOCK_BOOTTIME by EdgeRunner, CLOCK_MONOTONIC by Node.js.
  jq -c -s --arg pipeline "$pipeline" --arg priority "$priority" --slurpfile schedule "$work/schedule" --arg program "$program" --argjson windows "$windows" --argjson first $((settle * 1000000 / period)) \
    --argjson cpu "$cpu" --argjson elapsed "$began" --argjson period "$period" --argjson pss "$pss" --argjson anonymous "$anonymous" '
    def quantile(q): .[([1, (q * length | ceil)] | max) - 1];
    def summary: sort | {p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), "p99.9": quantile(0.999), max: .[-1]};
    ($schedule[0] | .firstDueNs + (if $program == "edgerunner" then .boottimeAheadNs else 0 end)) as $due |
    [.[].records[] | select(.kind == "window")] | unique_by(.window) | . as $all
    | map(select(.window > $first)) as $measured
    | {pipeline: $pipeline, priority: $priority, program: $program, periodUs: $period, windows: $windows, received: ($all | length), active: ($all | map(select(.active)) | length),
       labels: ($all | group_by(.label) | map({key: (.[0].label // "-"), value: length}) | from_entries),
       measured: ($measured | length),
       dueToDecisionUs: ($measured | map((.t - $due) / 1000 - (.window - 1) * $period) | summary),
       sensorToDecisionUs: ($measured | map((.t - $due - $schedule[0].lateNs[.window - 1]) / 1000 - (.window - 1) * $period) | summary),
       latencyUs: ($measured | map(.latencyUs) | summary),
       sensorRealtime: $schedule[0].realtime, sensorLateUs: ($schedule[0].lateNs[$first:] | map(. / 1000) | summary),
       cpuUsPerWindow: ($cpu / 1000 / ($elapsed / 1000 / $period) * 100 | round / 100), pssKilobytes: $pss, anonymousKilobytes: $anonymous}' "$work/received"
}

: >"$output"
for pipeline in shuttle silero; do
  for priority in "${priorities[@]}"; do
    configure "$pipeline" "$priority"
    say "$pipeline, one window each $period us, $priority priority: $rounds rounds of $seconds s each, EdgeRunner and Node.js in turn"
    as=()
    if [[ $priority == real-time ]]; then as=(chrt -f "$realtime"); fi # all threads of Node.js: its decisions need more than one
    for ((round = 0; round < rounds; round++)); do
      order=(edgerunner node)
      if ((round % 2)); then order=(node edgerunner); fi
      for program in "${order[@]}"; do
        case $program in
          edgerunner) measure "$pipeline" "$priority" edgerunner "$programs/edgerunner" run --until-done --config "$work/edgerunner.json" >>"$output" ;;
          node) measure "$pipeline" "$priority" node "${as[@]}" node "$peer/main.js" "$work/node.json" >>"$output" ;;
        esac
        tail -n 1 "$output" | jq -e '.received == .windows' >/dev/null || { tail -n 1 "$output" >&2; die "$program did not deliver every window"; }
      done
      # A comparison of programs that decide differently would be worth nothing.
      [[ $(tail -n 2 "$output" | jq -c '[.active, .labels]' | sort -u | wc -l) == 1 ]] || { tail -n 2 "$output" >&2; die 'the two programs decided differently'; }
    done
  done
done
