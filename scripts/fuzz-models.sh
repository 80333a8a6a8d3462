#!/usr/bin/env bash
# Puts seeded mutants of real models through the published 'edgerunner probe', each in a child of its own, while a daemon runs beside. Writes
# artifacts/fuzz-models/SEED.json and prints the table. Fails when the daemon restarts or stops deciding, or when a probe ends without a reason.
# Usage: fuzz-models.sh [--mutants N] [--seed S] [--parallel P] [--first NUMBER] [--no-build]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mutants=10000 seed=1 parallel=2 first=0 build=1
while (($#)); do
  case $1 in
    --mutants | --seed | --parallel | --first) declare "${1#--}=${2:?$1 needs a number}"; shift ;;
    --no-build) build= ;;
    *) sed -n '2,4s/^# \?//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
if [[ $build ]]; then
  "$ROOT/scripts/publish.sh"
  "$ROOT/scripts/pack-demo-models.sh"
  quietly build-mutants dotnet build "$ROOT/tests/EdgeRunner.ModelMutants" --nologo -clp:NoSummary
fi
built=$ARTIFACTS/bin/EdgeRunner.ModelMutants/debug
[[ -f $built/EdgeRunner.ModelMutants.dll ]] || die "$built is missing: run this without --no-build"

# Copies: the run takes minutes, and somebody may build meanwhile. The runner finds the repository above itself.
mkdir -p "$ARTIFACTS/fuzz-models"
work=$(mktemp -d "$ARTIFACTS/fuzz-models/work.XXXXXX")
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT
cp "$ARTIFACTS/publish/linux-x64/"{edgerunner,libonnxruntime.so.1} "$work/"
cp -r "$built" "$work/runner"
runner=$work/runner/EdgeRunner.ModelMutants.dll
export EDGERUNNER_ONNXRUNTIME=$work/libonnxruntime.so.1
jq -n --arg work "$work" --arg file "$ROOT/device-configs/demo/data/shuttle.csv" --arg bundle "$(echo "$ARTIFACTS"/demo/models/shuttle-forest-*)" '
  {storage: {stateDirectory: "\($work)/state", runtimeDirectory: "\($work)/run", cacheDirectory: "\($work)/cache", logDirectory: "\($work)/log"},
   pipelines: {shuttle: {source: {kind: "replay", file: $file, format: "csv", columns: ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"],
       sampleRateHz: 200, pace: "real-time", loop: true},
     window: {input: "x", length: 1}, model: {bundle: $bundle}, decision: {kind: "argmax", output: "label"}}}}' >"$work/edgerunner.json"
"$work/edgerunner" run --config "$work/edgerunner.json" 2>"$work/edgerunner.log" &
daemon=$!
STARTED+=("$daemon")
windows() { "$work/edgerunner" status --json --config "$work/edgerunner.json" 2>/dev/null | jq -e '.pipelines[0].windows | select(. > 0)'; }
wait_for 20 windows >"$work/before" || { tail -n 20 "$work/edgerunner.log" >&2; die 'the daemon does not start'; }

result=$ARTIFACTS/fuzz-models/$seed.json
commit=$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null || true)
say "$mutants mutants of seed $seed from number $first, $parallel at a time"
code=0
nice dotnet "$runner" "$work/edgerunner" "$mutants" "$seed" "$parallel" "$first" >"$work/result.json" || code=$?
[[ -s $work/result.json ]] || die "the run broke off with code $code"

kill -0 "$daemon" 2>/dev/null || { tail -n 20 "$work/edgerunner.log" >&2; die 'the daemon ended while mutants were probed'; }
"$work/edgerunner" status --json --config "$work/edgerunner.json" >"$work/status.json" || die 'the daemon does not answer'
sleep 1
after=$(windows) || die 'the daemon does not answer'
((after > $(jq '.pipelines[0].windows' "$work/status.json"))) || die "the daemon's pipeline stopped at $after windows"
jq --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg commit "$commit" --slurpfile status "$work/status.json" \
  --argjson before "$(cat "$work/before")" '
  {date: $date, commit: $commit, daemon: ($status[0] | {restarts: 0, windowsBefore: $before, windowsAfter: .pipelines[0].windows,
    runErrors: .pipelines[0].runErrors, sourceRestarts: .pipelines[0].sourceRestarts, uptimeSeconds})} + .' "$work/result.json" >"$result"

jq -r '(["reason", "mutants"], (.reasons | to_entries[] | [.key, .value]) | @tsv)' "$result" | column -t -s "$(printf '\t')"
jq -r '"signals: \(.signals | tojson)", "daemon: \(.daemon | tojson)", "\(.mutants) mutants in \(.seconds) s, \(.withoutReason) without a reason"' "$result"
say "all of it is in $result"
exit "$code"
