#!/usr/bin/env bash
# Exchanges the model of a 1 kHz pipeline again and again while it runs, and writes one JSON object: windows lost and repeated, and how long
# each exchange held up the pipeline. scripts/bench.sh calls it; docs/benchmarks/README.md says what is measured.
# Usage: bench-swap.sh OUTPUT [SWAPS]. Ends with code 3, and says so, when the published program has no 'model activate'.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

output=${1:?OUTPUT is missing} swaps=${2:-20}
program=$ARTIFACTS/publish/linux-x64/edgerunner
if ! "$program" model --help | grep -q '^ *activate '; then
  say "no hot swaps: $program has no 'model activate'"
  exit 3
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

# Two versions of one model: what is exchanged is all of it, bundle, session and tensors.
demo=$ROOT/device-configs/demo
for version in 1.0.0 1.0.1; do
  cp -r "$demo/models/shuttle-forest" "$work/model"
  jq --arg version "$version" '.version = $version' "$demo/models/shuttle-forest/model.json" >"$work/model/model.json"
  quietly pack-swap "$ARTIFACTS/publish/linux-x64/edgefleet" model pack "$work/model" -o "$work/$version.ermodel"
  rm -r "$work/model"
done
windows=$(((swaps / 2 + 6) * 1000)) # two swaps a second, and some time before and after
jq -n --argjson port "$port" --arg work "$work/state" '
  {device: {id: "bench-board", fleet: "bench"}, broker: {host: "127.0.0.1", port: $port},
   storage: {stateDirectory: "\($work)/state", runtimeDirectory: "\($work)/run", cacheDirectory: "\($work)/cache", logDirectory: "\($work)/log"},
   pipelines: {shuttle: {
     source: {kind: "exec", command: $ARGS.positional, format: "csv", columns: ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"], sampleRateHz: 1000, restart: {policy: "never"}},
     window: {input: "x", length: 1}, model: "shuttle-forest", decision: {kind: "argmax", output: "label", scores: "probabilities"}, telemetry: {windows: "all"}}}}' \
  --args "$work/pace" "$demo/data/shuttle.csv" line 1000 "$windows" >"$work/edgerunner.json"
for version in 1.0.1 1.0.0; do quietly install-swap "$program" model install "$work/$version.ermodel" --config "$work/edgerunner.json"; done

mosquitto_sub -h 127.0.0.1 -p "$port" -q 1 -V 5 -t er/1/bench/device/bench-board/telemetry/shuttle >"$work/received" &
STARTED+=($!)
"$program" run --until-done --config "$work/edgerunner.json" >"$work/edgerunner.log" 2>&1 &
daemon=$!
STARTED+=("$daemon")
say "$swaps swaps of the model under a pipeline of 1000 windows a second"
sleep 3
for ((swap = 0; swap < swaps; swap++)); do
  version=1.0.$(((swap + 1) % 2))
  "$program" model activate shuttle-forest "$version" --json --config "$work/edgerunner.json" >>"$work/swaps" || { tail -n 20 "$work/edgerunner.log" >&2; die "swap $swap failed"; }
  sleep 0.4
done
wait "$daemon" || { tail -n 20 "$work/edgerunner.log" >&2; die 'the daemon failed'; }
sleep 0.5

jq -n --argjson windows "$windows" --slurpfile batches "$work/received" --slurpfile swaps "$work/swaps" '
  [$batches[].records[] | select(.kind == "window")] as $all | ($all | unique_by(.endFrame)) as $once
  | [range(1; $once | length) | select($once[.].version != $once[. - 1].version)] as $changes
  | {swaps: ($swaps | map(select(.activated)) | length), seenInRecords: ($changes | length), windows: $windows, received: ($once | length),
     lost: ($windows - ($once | length)), repeated: (($all | unique_by(.t) | length) - ($once | length)),
     pauseUs: ([$swaps[].pipelines[].pauseUs // empty] | sort),
     gapUs: ([$changes[] | ($once[.].t - $once[. - 1].t) / 1000] | sort),
     gapUsOtherwise: ([range(1; $once | length)] - $changes | map(($once[.].t - $once[. - 1].t) / 1000) | sort | {p50: .[length / 2 | floor], p99: .[length * 0.99 | floor], max: .[-1]}),
     loadMs: ([$swaps[].pipelines[].loadMs // empty] | sort | .[length / 2 | floor])}' >"$output"
