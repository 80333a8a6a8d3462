#!/usr/bin/env bash
# Measures what docs/benchmarks/README.md describes, prints one table with the bars of the design, and writes everything to
# artifacts/benchmarks/DATE.json. Usage: bench.sh [--quick] [--no-build] [--strict] [--docs]
#   --quick     fewer rounds: a look, not a result
#   --no-build  measure what is published already
#   --strict    exit with 1 when a bar is missed
#   --docs      put the result into docs/benchmarks: the file, and the last section of its README.md
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

quick=false build=1 strict= docs=
for argument in "$@"; do
  case $argument in
    --quick) quick=true ;;
    --no-build) build= ;;
    --strict) strict=1 ;;
    --docs) docs=1 ;;
    *) sed -n '2,7s/^# \?//p' "$0" >&2; exit 2 ;;
  esac
done
rounds=10 starts=10 windows=50000 paced=5000 divisor=1 refreshes=100 peer_rounds=3 peer_seconds=15
if [[ $quick == true ]]; then rounds=3 starts=3 windows=10000 paced=1000 divisor=5 refreshes=20 peer_rounds=1 peer_seconds=6; fi

if [[ $build ]]; then
  "$ROOT/scripts/setup.sh"
  say 'building the native programs and the benchmark (two minutes the first time)'
  "$ROOT/scripts/publish.sh"
  "$ROOT/scripts/pack-demo-models.sh"
  quietly publish-benchmark dotnet publish "$ROOT/tests/EdgeRunner.Benchmarks" --nologo -c Release -r linux-x64 \
    -p:EdgeFramework=net9.0 -p:RestoreLockedMode=true
fi

programs=$ARTIFACTS/publish/linux-x64
benchmark=$ARTIFACTS/net9.0/publish/EdgeRunner.Benchmarks/release_linux-x64/EdgeRunner.Benchmarks
export EDGERUNNER_ONNXRUNTIME=${EDGERUNNER_ONNXRUNTIME:-$programs/libonnxruntime.so.1}
demo=$ROOT/device-configs/demo
work=$(mktemp -d)
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT
gcc -O2 -Wall -Wextra -D_GNU_SOURCE -o "$work/ort_loop" "$ROOT/tests/EdgeRunner.Benchmarks/native/ort_loop.c" -ldl
digits=$ROOT/tests/assets/models/digits_mlp
quietly pack-digits "$programs/edgefleet" model pack "$ROOT/tests/EdgeRunner.Benchmarks/models/digits-mlp" \
  --file "model.onnx=$digits/model.onnx" -o "$work/digits-mlp.ermodel"

load_at_start=$(cut -d ' ' -f 1-3 /proc/loadavg)
say "load average at the start: $load_at_start"

# Each model: NAME BUNDLE ONNX ROWS ROW RUNS. One round takes about half a second of runs.
models=(
  "digits-mlp|$work/digits-mlp.ermodel|$digits/model.onnx|$digits/test_data_set_0/input_0.pb|3|50000"
  "shuttle-forest|$(echo "$ARTIFACTS"/demo/models/shuttle-forest-*)|$demo/models/shuttle-forest/model.onnx|$demo/models/shuttle-forest/golden-x.npy|3|50000"
  "silero-vad|$(echo "$ARTIFACTS"/demo/models/silero-vad-*)|$ARTIFACTS/models/silero_vad_v6.onnx|$demo/models/silero-vad/golden-audio.npy|30|5000"
)
for line in "${models[@]}"; do
  IFS='|' read -r name bundle onnx rows row runs <<<"$line"
  runs=$((runs / divisor))
  say "$name: $rounds rounds of $runs runs, C and C# in turn"
  mkdir "$work/$name"
  "$benchmark" specs --bundle "$bundle" --rows "$rows" --row "$row" --output "$work/$name"
  mapfile -t specs <"$work/$name/specs"
  in_c() { "$work/ort_loop" "$EDGERUNNER_ONNXRUNTIME" "$onnx" "$runs" 1000 0 "${specs[@]}" >"$work/c.json"; }
  in_csharp() { "$benchmark" engine --bundle "$bundle" --rows "$rows" --row "$row" --runs "$runs" --warmup 1000 >"$work/csharp.json"; }
  for ((round = 0; round < rounds; round++)); do
    if ((round % 2)); then in_csharp; in_c; else in_c; in_csharp; fi
    jq -n --arg model "$name" --slurpfile c "$work/c.json" --slurpfile csharp "$work/csharp.json" \
      '{model: $model, c: $c[0], csharp: $csharp[0]}' >>"$work/engine.jsonl"
  done
done

say "window to decision: $windows windows back to back, then $paced with a pause of 1 ms before each; in 3 rounds"
pipeline() { # WINDOWS PAUSE
  "$benchmark" pipeline --bundle "$work/digits-mlp.ermodel" --rows "$digits/test_data_set_0/input_0.pb" --row 3 --windows "$1" --pause-ms "$2"
}
mapfile -t specs <"$work/digits-mlp/specs"
for _ in 1 2 3; do
  pipeline "$windows" 0 >>"$work/hot.jsonl"
  pipeline "$paced" 1 >>"$work/paced.jsonl"
  "$work/ort_loop" "$EDGERUNNER_ONNXRUNTIME" "$digits/model.onnx" "$paced" 500 1000 "${specs[@]}" >>"$work/paced-c.jsonl"
done

say "trust: $refreshes full refreshes of fresh devices"
"$benchmark" trust --targets 10 --refreshes "$refreshes" >"$work/trust.json"
"$benchmark" trust --targets 1000 --refreshes "$refreshes" >"$work/trust-1000.json"
"$benchmark" trust --hostile 1 --refreshes "$refreshes" >"$work/trust-hostile.json"

# The daemon, connected to a private broker: an outbox that cannot be emptied would take memory of its own.
port=$(free_port)
printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' >"$work/mosquitto.conf"
mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
STARTED+=($!)
wait_for 10 mosquitto_pub -h 127.0.0.1 -p "$port" -t ready -n 2>/dev/null || die 'mosquitto does not start'
configuration() { # NAME PIPELINES
  jq -n --argjson port "$port" --arg work "$work/$1-state" --argjson pipelines "$2" '
    {device: {id: "bench-board", fleet: "bench"}, broker: {host: "127.0.0.1", port: $port}, pipelines: $pipelines,
     storage: {stateDirectory: "\($work)/state", runtimeDirectory: "\($work)/run", cacheDirectory: "\($work)/cache", logDirectory: "\($work)/log"}}' >"$work/$1.json"
}
daemon() { # NAME STARTS SETTLE
  say "the daemon, $1: $2 starts"
  "$benchmark" daemon --program "$programs/edgerunner" --config "$work/$1.json" --starts "$2" --settle-ms "$3" \
    >"$work/$1-daemon.json" 2>"$ARTIFACTS/logs/bench-daemon-$1.log" || { tail -n 20 "$ARTIFACTS/logs/bench-daemon-$1.log" >&2; die "the daemon could not be measured ($1)"; }
}
configuration idle '{}'
configuration shuttle "$(jq -n --arg file "$demo/data/shuttle.csv" --arg bundle "$(echo "$ARTIFACTS"/demo/models/shuttle-forest-*)" '
  {shuttle: {source: {kind: "replay", file: $file, format: "csv", columns: ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"],
      sampleRateHz: 50, pace: "real-time", loop: true},
    window: {input: "x", length: 1}, model: {bundle: $bundle}, decision: {kind: "argmax", output: "label"}}}')"
configuration silero "$(jq -n --arg bundle "$(echo "$ARTIFACTS"/demo/models/silero-vad-*)" '
  {speech: {source: {kind: "replay", file: "/usr/share/pocketsphinx/test/data/goforward.raw", format: "raw", sampleType: "s16le",
      sampleRateHz: 16000, channels: 1, pace: "real-time", loop: true},
    window: {input: "audio", length: 576, hop: 512, prime: "zeros"}, model: {bundle: $bundle},
    decision: {kind: "threshold", output: "speech", label: "speech", threshold: 0.5}}}')"
daemon idle "$starts" 2000
daemon shuttle 3 5000
daemon silero 3 5000

# The same pipelines in Node.js; 3: there is none here, and the reason is printed.
: >"$work/peer.jsonl"
"$ROOT/scripts/bench-peer.sh" "$work/peer.jsonl" "$peer_rounds" "$peer_seconds" || (($? == 3)) || die 'the comparison with Node.js failed'

# Models exchanged under load; 3: this program cannot.
: >"$work/swap.json"
"$ROOT/scripts/bench-swap.sh" "$work/swap.json" || (($? == 3)) || die 'the hot swaps could not be measured'

# Everything in one file: facts, what was measured, and the table made of it.
mkdir -p "$ARTIFACTS/benchmarks"
result=$ARTIFACTS/benchmarks/$(date -u +%Y-%m-%d).json
jq -n \
  --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg commit "$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null || true)" \
  --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" --argjson cores "$(nproc)" --arg kernel "$(uname -r)" \
  --arg load "$load_at_start" --arg loadEnd "$(cut -d ' ' -f 1-3 /proc/loadavg)" --argjson quick "$quick" --argjson rounds "$rounds" \
  --slurpfile engine "$work/engine.jsonl" --slurpfile hot "$work/hot.jsonl" --slurpfile paced "$work/paced.jsonl" --slurpfile pacedC "$work/paced-c.jsonl" \
  --slurpfile idle "$work/idle-daemon.json" --slurpfile shuttle "$work/shuttle-daemon.json" --slurpfile silero "$work/silero-daemon.json" --slurpfile peer "$work/peer.jsonl" --slurpfile swap "$work/swap.json" \
  --slurpfile trust "$work/trust.json" --slurpfile trustMany "$work/trust-1000.json" --slurpfile trustHostile "$work/trust-hostile.json" '
  def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
  def to(digits): . * digits | round / digits;
  def row(what; value; unit; bar): {what: what, value: value, unit: unit, bar: bar, met: (if bar == null then null else value <= bar end)};
  def at_least(what; value; unit; bar): {what: what, value: value, unit: unit, bar: bar, atLeast: true, met: (value >= bar)};
  def engine_rows: [$engine | group_by(.model)[] | . as $rounds | .[0].model as $m | ($rounds | map(.csharp.times.p50) | median) as $us
    | row("\($m): engine / C loop, p50"; $rounds | map(.csharp.times.p50 / .c.p50) | median | to(1000); "x"; 1.05),
      row("\($m): engine / C loop, p99"; $rounds | map(.csharp.times.p99 / .c.p99) | median | to(1000); "x"; 1.10),
      row("\($m): allocated per run"; $rounds | map(.csharp.allocatedBytesPerRun) | max; "B"; 0),
      row("\($m): engine, p50"; $us / 1000 | to(100); "us"; null)];
  def decision_rows(name; $r):
    row("window to decision, \(name): p50"; $r | map(.decision.p50) | median / 1000 | to(100); "us"; 20),
    row("window to decision, \(name): p99"; $r | map(.decision.p99) | median / 1000 | to(100); "us"; null),
    row("window to decision, \(name): p99.9"; $r | map(.decision["p99.9"]) | median / 1000 | to(100); "us"; 100),
    row("window to record in the queue, \(name): p50"; $r | map(.record.p50) | median / 1000 | to(100); "us"; null),
    row("allocated per window, \(name)"; $r | map(.allocatedBytesPerWindow) | max | to(1000); "B"; 0);
  def peer_rows: [$peer | group_by([.pipeline, .priority])[] | "\(.[0].pipeline)\(if .[0].priority == "default" then "" else ", \(.[0].priority)" end)" as $p | (.[0].priority == "default") as $judged
    | map(select(.program == "node")) as $node | map(select(.program == "edgerunner")) as $ours
    | def ratio(f): ($node | map(f) | median) / ($ours | map(f) | median);
      def times(what; f): ("p50", "p99", "p99.9") as $q
        | row("\($p): \(what) in EdgeRunner, \($q)"; $ours | map(f[$q]) | median | to(10); "us"; null),
          row("\($p): \(what) in Node.js, \($q)"; $node | map(f[$q]) | median | to(10); "us"; null),
          ("\($p): \(what), Node.js / EdgeRunner, \($q)" as $name | (ratio(f[$q]) | to(100)) as $ratio
            | if $judged and what == "sensor to decision" and $q == "p99" then at_least($name; $ratio; "x"; 5) else row($name; $ratio; "x"; null) end);
      times("sensor to decision"; .sensorToDecisionUs), times("window to decision"; .latencyUs),
      row("\($p): the sensor itself was late, p99"; map(.sensorLateUs.p99) | median | to(10); "us"; null),
      row("\($p): Node.js / EdgeRunner, CPU for a window"; ratio(.cpuUsPerWindow) | to(100); "x"; null),
      (if $judged then at_least("\($p): Node.js / EdgeRunner, PSS"; ratio(.pssKilobytes) | to(100); "x"; 3) else empty end)];
  def swap_rows: [$swap[] | row("\(.swaps) hot swaps at 1 kHz: windows lost"; .lost; ""; 0), row("hot swap: windows decided twice"; .repeated; ""; 0),
    row("hot swap: the pipeline is held up, median"; .pauseUs | median | to(10); "us"; 1000),
    row("hot swap: the pipeline is held up, longest"; .pauseUs | max | to(10); "us"; null),
    row("hot swap: decision to decision across it, median"; .gapUs | median | to(10); "us"; 2000)];
  def trust_rows: [
    row("trust: full refresh, 5 roots and 3 delegations, CPU"; $trust[0].cpuMilliseconds | median | to(100); "ms"; 10),
    row("trust: the same with 1 000 targets in one role, CPU"; $trustMany[0].cpuMilliseconds | median | to(100); "ms"; null),
    row("trust: the same, memory above the start"; $trustMany[0].peakKilobytesAboveStart / 1024 | to(10); "MB"; 32),
    row("trust: a forged role of 1 MiB and 131 072 values is refused, CPU"; $trustHostile[0].cpuMilliseconds | median | to(100); "ms"; null),
    row("trust: the same, memory above the start"; $trustHostile[0].peakKilobytesAboveStart / 1024 | to(10); "MB"; 96)];
  { date: $date, commit: $commit, quick: $quick, rounds: $rounds,
    machine: {cpu: $cpu, cores: $cores, kernel: $kernel, loadAverageAtStart: $load, loadAverageAtEnd: $loadEnd},
    table: (engine_rows + [
      decision_rows("back to back"; $hot), decision_rows("1 ms apart"; $paced),
      row("window to decision less the C loop, 1 ms apart: p50"; (($paced | map(.decision.p50) | median) - ($pacedC | map(.p50) | median)) / 1000 | to(100); "us"; 5),
      row("the C loop on the same model, 1 ms apart: p50"; $pacedC | map(.p50) | median / 1000 | to(100); "us"; null),
      row("the C loop on the same model, 1 ms apart: p99.9"; $pacedC | map(.["p99.9"]) | median / 1000 | to(100); "us"; null),
      row("daemon, exec to READY=1"; $idle[0].readyMilliseconds | median | to(10); "ms"; 150),
      row("daemon with shuttle-forest, exec to READY=1"; $shuttle[0].readyMilliseconds | median | to(10); "ms"; 150),
      row("PSS without a session"; $idle[0].pssKilobytes | median / 1024 | to(10); "MB"; 25),
      row("PSS with shuttle-forest"; $shuttle[0].pssKilobytes | median / 1024 | to(10); "MB"; 60),
      row("PSS with silero-vad"; $silero[0].pssKilobytes | median / 1024 | to(10); "MB"; 60)] + peer_rows + swap_rows + trust_rows),
    engine: $engine, pipeline: {backToBack: $hot, paced: $paced}, pacedCLoop: $pacedC, peer: $peer, swap: $swap[0], trust: {few: $trust[0], many: $trustMany[0], hostile: $trustHostile[0]}, daemon: {idle: $idle[0], shuttle: $shuttle[0], silero: $silero[0]} }' >"$result"

jq -r '["what", "value", "bar", ""], (.table[] | [.what, "\(.value) \(.unit)", (if .bar == null then "-" else "\(if .atLeast then ">=" else "<=" end) \(.bar) \(.unit)" end),
  (if .met == null then "" elif .met then "met" else "NOT met" end)]) | @tsv' "$result" | column -t -s "$(printf '\t')"
if [[ $docs ]]; then
  page=$ROOT/docs/benchmarks/README.md
  cp "$result" "$ROOT/docs/benchmarks/"
  sed -i '/^<!-- result/q' "$page"
  jq -r --arg file "$(basename "$result")" '
    "", "## \(.date[:10])", "",
    "\(.machine.cpu), \(.machine.cores) cores, Linux \(.machine.kernel), commit \(.commit), \(.rounds) rounds\(if .quick then ", **quick: a look, not a result**" else "" end); [every round](\($file)). Load average \(.machine.loadAverageAtStart) at the start and \(.machine.loadAverageAtEnd) at the end.",
    "", "| what | value | bar | |", "| --- | --- | --- | --- |",
    (.table[] | "| \(.what) | \(.value) \(.unit) | \(if .bar == null then "" else "\(if .atLeast then "≥" else "≤" end) \(.bar) \(.unit)" end) | \(if .met == null then "" elif .met then "met" else "**NOT met**" end) |")' \
    "$result" | sed 's/  *|/ |/g' >>"$page"
  say "docs/benchmarks has it"
fi
missed=$(jq '[.table[] | select(.met == false)] | length' "$result")
dropped=$(jq '[.pipeline[][].droppedRecords] | add' "$result")
((dropped == 0)) || say "the queue refused $dropped records: the window times are not valid"
say "all of it is in $result"
if ((missed)); then say "$missed of the bars are NOT met"; else say 'every bar is met'; fi
[[ -z $strict ]] || ((missed == 0))
