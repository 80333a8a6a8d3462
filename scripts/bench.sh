#!/usr/bin/env bash
# Measures what DESIGN promises: the engine against a plain C loop on the same session, in alternating processes; start-up,
# memory and window-to-decision time of the native binary. Prints tables and writes artifacts/benchmarks/result.json.
# Usage: bench.sh [ROUNDS]      (default 10; a quiet machine gives the better p99)
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rounds=${1:-10}
"$ROOT/scripts/setup.sh"
say 'building the native programs'
"$ROOT/scripts/publish.sh"
library=${EDGERUNNER_ONNXRUNTIME:-$ARTIFACTS/native/linux-x64/libonnxruntime.so.1}
export EDGERUNNER_ONNXRUNTIME=$library

project=$ROOT/tests/EdgeRunner.Benchmarks
quietly bench-restore dotnet restore "$project" -p:EdgeFramework=net9.0 -r linux-x64 --locked-mode
quietly bench-publish dotnet publish "$project" -c Release -p:EdgeFramework=net9.0 -r linux-x64 --no-restore --nologo
bench=$ARTIFACTS/net9.0/publish/EdgeRunner.Benchmarks/release_linux-x64/EdgeRunner.Benchmarks

work=$ARTIFACTS/benchmarks/work
rm -rf "$work"
mkdir -p "$work"
quietly bench-c gcc -O2 -Wall -Wextra -Werror -o "$work/ort_loop" "$project/native/ort_loop.c" -ldl
"$bench" prepare "$work"

# Runs in a round, so that each takes about a second: 4 µs, 2 µs and 100 µs.
declare -A iterations=([digits-mlp]=200000 [shuttle-forest]=200000 [silero-vad]=10000)
for arguments in "$work"/*.arguments; do
  model=$(basename "$arguments" .arguments)
  mapfile -t tensors <"$arguments"
  count=${iterations[$model]}
  say "$model: $rounds rounds of $count runs, C and engine in turn"
  for ((round = 0; round < rounds; round++)); do
    c() { "$work/ort_loop" "$library" "${tensors[0]}" "$count" $((count / 10)) "${tensors[@]:1}" >>"$work/$model.c.jsonl"; }
    engine() { "$bench" engine "$work/$model.ermodel" "$work/$model.input" "$count" $((count / 10)) >>"$work/$model.engine.jsonl"; }
    # Who goes first changes: what drifts hits both alike.
    if ((round % 2)); then engine; c; else c; engine; fi
  done
done

# daemon NAME RUNS SECONDS PIPELINES: the native binary with a store of its own and no broker.
daemon() {
  local name=$1 runs=$2 seconds=$3 pipelines=$4 run store=$work/daemon
  say "daemon, $name: $runs starts"
  for ((run = 0; run < runs; run++)); do
    rm -rf "$store"
    mkdir -p "$store"/{state,runtime,cache,log}
    printf '{ "device": { "id": "bench", "fleet": "bench" }, "broker": { "host": "127.0.0.1", "port": %d }, "pipelines": { %s },
      "inference": { "onnxRuntime": "%s" },
      "storage": { "stateDirectory": "%s/state", "runtimeDirectory": "%s/runtime", "cacheDirectory": "%s/cache", "logDirectory": "%s/log" } }\n' \
      "$port" "$pipelines" "$library" "$store" "$store" "$store" "$store" >"$work/edgerunner.json"
    "$bench" daemon "$seconds" "$work/$name.status.json" "$ARTIFACTS/publish/linux-x64/edgerunner" \
      --config "$work/edgerunner.json" >>"$work/$name.daemon.jsonl"
  done
}

# Nothing listens there: a device that is alone, which is when it must still work.
port=$(free_port)
shuttle=$(printf '"shuttle": {
  "source": { "kind": "replay", "file": "%s", "format": "csv", "columns": ["v1","v2","v3","v4","v5","v6","v7","v8","v9"], "sampleRateHz": %%d, "pace": "%%s", "loop": true },
  "window": { "input": "x", "length": 1 }, "model": { "bundle": "%s" },
  "decision": { "kind": "argmax", "output": "label" },
  "telemetry": { "stream": "shuttle", "windows": "changes" } }' "$ROOT/device-configs/demo/data/shuttle.csv" "$work/shuttle-forest.ermodel")
daemon no-pipeline 10 1 ''
# shellcheck disable=SC2059  # the format is made above
daemon shuttle-real-time 10 3 "$(printf "$shuttle" 1000 real-time)"
# shellcheck disable=SC2059
daemon shuttle-flat-out 3 5 "$(printf "$shuttle" 1000 as-fast-as-possible)"

"$bench" report "$work" "$ARTIFACTS/benchmarks/result.json"
say "all numbers are in artifacts/benchmarks/result.json"
