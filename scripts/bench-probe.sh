#!/usr/bin/env bash
# Does probing cost a running daemon latency? Rounds with and without probes beside, in turn, each with a fresh daemon; prints the pipeline's
# own numbers (window complete to decision) in microseconds. Needs what scripts/fuzz-models.sh builds. Usage: bench-probe.sh [ROUNDS] [SECONDS]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rounds=${1:-5} seconds=${2:-10}
program=$ARTIFACTS/publish/linux-x64/edgerunner
runner=$ARTIFACTS/bin/EdgeRunner.ModelMutants/debug/EdgeRunner.ModelMutants.dll
export EDGERUNNER_ONNXRUNTIME=${EDGERUNNER_ONNXRUNTIME:-$ARTIFACTS/publish/linux-x64/libonnxruntime.so.1}
work=$(mktemp -d)
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT
for model in loop_forever not_a_number infinite hungry_run hungry_load impossible; do dotnet "$runner" misbehaving "$model" "$work/$model.ermodel"; done

probes() { # until killed: one after the other, the loop for two seconds
  trap 'exit 0' TERM
  while :; do
    for bundle in "$work"/*.ermodel "$ARTIFACTS"/demo/models/*.ermodel; do
      "$program" probe "$bundle" --wall-seconds 2 --memory-limit 300M >/dev/null 2>&1 || true
    done
  done
}
round() { # NAME
  rm -rf "$work/d"
  jq -n --arg work "$work/d" --arg file "$ROOT/device-configs/demo/data/shuttle.csv" --arg bundle "$(echo "$ARTIFACTS"/demo/models/shuttle-forest-*)" '
    {storage: {stateDirectory: "\($work)/state", runtimeDirectory: "\($work)/run", cacheDirectory: "\($work)/cache", logDirectory: "\($work)/log"},
     pipelines: {shuttle: {source: {kind: "replay", file: $file, format: "csv", columns: ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"],
         sampleRateHz: 1000, pace: "real-time", loop: true},
       window: {input: "x", length: 1}, model: {bundle: $bundle}, decision: {kind: "argmax", output: "label"}}}}' >"$work/edgerunner.json"
  "$program" run --config "$work/edgerunner.json" 2>"$work/daemon.log" &
  STARTED=("$!")
  if [[ $1 == probing ]]; then probes & STARTED+=("$!"); fi
  sleep "$seconds"
  "$program" status --json --config "$work/edgerunner.json" | jq -c --arg name "$1" '.pipelines[0] | {name: $name, windows, latencyP50Us, latencyP99Us, latencyP999Us, latencyMaxUs}' >>"$work/results"
  end_started
}
for ((i = 0; i < rounds; i++)); do round idle; round probing; done
jq -rs --arg load "$(cut -d ' ' -f 1-3 /proc/loadavg)" '
  def median: sort | .[length / 2 | floor];
  (["", "windows", "p50", "p99", "p99.9", "max"], (group_by(.name)[] | [.[0].name, (map(.windows) | add), (map(.latencyP50Us) | median),
    (map(.latencyP99Us) | median), (map(.latencyP999Us) | median), (map(.latencyMaxUs) | max)]) | @tsv), "load average at the end: \($load)"' "$work/results"
