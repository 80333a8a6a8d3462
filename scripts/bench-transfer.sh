#!/usr/bin/env bash
# Moves a release of 100 MB from a depot through a broker to a device, side by side with what moves messages of the same size without
# any of that: mosquitto_pub and mosquitto_sub, and a bare libmosquitto publisher and subscriber. Prints a table with the bars of the
# design and writes artifacts/benchmarks/DATE-transfer.json. docs/benchmarks/README.md says what is measured.
# Usage: bench-transfer.sh [--quick] [--no-build] [--strict] [--docs]
#   --quick     one round of 20 MB: a look, not a result
#   --no-build  measure what is published already
#   --strict    exit with 1 when a bar is missed
#   --docs      copy the result into docs/benchmarks
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rounds=5 megabytes=100 quick=false build=1 strict='' docs=''
for argument in "$@"; do
  case $argument in
    --quick) quick=true rounds=1 megabytes=20 ;;
    --no-build) build='' ;;
    --strict) strict=1 ;;
    --docs) docs=1 ;;
    *) sed -n '2,10s/^# \?//p' "$0" >&2; exit 2 ;;
  esac
done

if [[ $build ]]; then
  "$ROOT/scripts/setup.sh"
  say 'building the native programs and the benchmark (two minutes the first time)'
  "$ROOT/scripts/publish.sh"
  quietly publish-benchmark dotnet publish "$ROOT/tests/EdgeRunner.Benchmarks" --nologo -c Release -r linux-x64 \
    -p:EdgeFramework=net9.0 -p:RestoreLockedMode=true
fi

edgefleet=$ARTIFACTS/publish/linux-x64/edgefleet
benchmark=$ARTIFACTS/net9.0/publish/EdgeRunner.Benchmarks/release_linux-x64/EdgeRunner.Benchmarks
work=$(mktemp -d)
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT
gcc -O2 -Wall -Wextra -D_GNU_SOURCE -o "$work/mqtt_blast" "$ROOT/tests/EdgeRunner.Benchmarks/native/mqtt_blast.c" -lmosquitto ||
  die 'libmosquitto-dev is needed for the second reference'
load_at_start=$(cut -d ' ' -f 1-3 /proc/loadavg)
say "load average at the start: $load_at_start"

# One broker with the limits that we ship, one without any: the references would lose messages behind the first.
broker() { # NAME LINE... -> $port
  local name=$1
  shift
  port=$(free_port)
  printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' 'set_tcp_nodelay true' "$@" >"$work/$name.conf"
  mosquitto -c "$work/$name.conf" >"$work/$name.log" 2>&1 &
  STARTED+=($!)
  wait_for 10 mosquitto_pub -h 127.0.0.1 -p "$port" -t ready -n 2>/dev/null || die 'mosquitto does not start'
}
broker ours 'max_inflight_messages 20' 'max_queued_messages 200' 'max_queued_bytes 8388608' 'max_packet_size 327680'
ours=$port
broker plain 'max_queued_messages 0'
plain=$port

# Two versions with the same layers and another head: what a team that trains only the head publishes.
say "making a repository with two versions of $megabytes MB"
export EDGEFLEET_PASSPHRASE=of-the-benchmarks EDGEFLEET_REPO=$work/repo
quietly bench-repo "$edgefleet" repo init "$work/repo" --generate-keys "$work/keys" --yes
for version in 1.0.0 2.0.0; do
  "$benchmark" large-model --output "$work/model" --megabytes "$megabytes" --head "${version%%.*}" --version "$version"
  quietly bench-pack "$edgefleet" model pack "$work/model" -o "$work/$version.ermodel"
  quietly bench-add "$edgefleet" model add "$work/$version.ermodel" --key "$work/keys/main-1.pem" --no-self-test --yes
  rm -r "$work/model"
done
# In its collection time, 0.5 s, a depot waits for other devices before it sends the first chunk. A fleet wants that and one device does not: it has a row of its own,
# and the rates are those without it.
depot() { # ARGUMENT... -> $depot
  "$edgefleet" depot --repo "$work/repo" --broker "mqtt://127.0.0.1:$ours" --fleet bench "$@" >"$ARTIFACTS/logs/bench-depot.log" 2>&1 &
  depot=$!
  STARTED+=("$depot")
  wait_for 10 grep -q 'Connected to the broker' "$ARTIFACTS/logs/bench-depot.log" || { cat "$ARTIFACTS/logs/bench-depot.log" >&2; die 'the depot does not serve'; }
  sleep 1 # it subscribes
}
depot
device() { # STATE ARGUMENT... (one device always: several would be a group)
  local name=$1
  shift
  "$benchmark" transfer --port "$ours" --root "$work/repo/metadata/1.root.json" --device bench --state "$work/$name" "$@"
}
bytes=$(stat -c %s "$work/1.0.0.ermodel")
device warm --version 1.0.0 >"$work/warm.json" # files in the page cache, and how large its chunks are
device collecting --version 1.0.0 >"$work/collecting.json"
kill "$depot"
wait "$depot" || true # its code is not what is measured
depot --collect 0
chunk=$(jq '.bytes / .chunks | floor' "$work/warm.json")
count=$(((bytes + chunk - 1) / chunk))
# mosquitto_pub sends the lines of its standard input: no other way of it sends more than one message for each start.
head -c $((bytes * 3 / 4 + count)) /dev/urandom | base64 -w "$chunk" >"$work/lines"
count=$(wc -l <"$work/lines")
awk -v n="$chunk" 'length($0) != n { exit 1 }' <(head -n $((count - 1)) "$work/lines") || die 'the lines are not as long as chunks'
tools() { # TOPIC
  mosquitto_sub -h 127.0.0.1 -p "$plain" -t "$1" -q 0 -C "$count" -W 60 -N >"$work/received" &
  local subscriber=$! started
  sleep 0.5 # it tells nobody that it is subscribed
  started=$(date +%s%N)
  mosquitto_pub -h 127.0.0.1 -p "$plain" -t "$1" -q 0 -l <"$work/lines"
  wait "$subscriber" || die 'mosquitto_sub has not received all'
  echo $((($(date +%s%N) - started) / 1000)) | jq --argjson bytes "$(stat -c %s "$work/received")" '{seconds: (. / 1e6), bytes: $bytes}'
}

say "$rounds rounds of $count messages of $chunk bytes each way"
for ((round = 0; round < rounds; round++)); do
  tools "tools-$round" >>"$work/tools.jsonl"
  "$work/mqtt_blast" "$plain" "$chunk" "$count" >>"$work/raw.jsonl"
  device "round-$round" --version 1.0.0 >>"$work/ours.jsonl"
  rm -rf "$work/round-$round"
done
say 'a new head on layers that are there already'
device frozen --version 1.0.0 --keep 1 >"$work/frozen-1.json"
device frozen --version 2.0.0 --keep 1 >"$work/frozen-2.json"
say 'alarms, 200 a second, while nothing is moved and while a release is'
device alarms --version 1.0.0 --rounds "$rounds" --alarms-hz 200 >"$work/alarms.json"

mkdir -p "$ARTIFACTS/benchmarks"
result=$ARTIFACTS/benchmarks/$(date -u +%Y-%m-%d)-transfer.json
jq -n \
  --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg commit "$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null || true)" \
  --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" --argjson cores "$(nproc)" --arg kernel "$(uname -r)" \
  --arg mosquitto "$(mosquitto -h | head -n 1)" --arg load "$load_at_start" --arg loadEnd "$(cut -d ' ' -f 1-3 /proc/loadavg)" --argjson quick "$quick" \
  --argjson bytes "$bytes" --argjson chunk "$chunk" --slurpfile tools "$work/tools.jsonl" --slurpfile raw "$work/raw.jsonl" --slurpfile ours "$work/ours.jsonl" \
  --slurpfile alarms "$work/alarms.json" --slurpfile frozen "$work/frozen-2.json" \
  --slurpfile collecting "$work/collecting.json" '
  def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
  def to(digits): . * digits | round / digits;
  def row(what; value; unit; bar): {what: what, value: value, unit: unit, bar: bar, met: (if bar == null then null else value <= bar end)};
  def at_least(what; value; unit; bar): {what: what, value: value, unit: unit, bar: bar, atLeast: true, met: (value >= bar)};
  def rate(bytes; seconds): bytes / seconds / 1e6;
  ($tools | map(rate(.bytes; .seconds))) as $t | ($raw | map(rate(.received * $chunk; .seconds))) as $r | ($ours | map(rate(.bytes; .seconds[0]))) as $o
  | {date: $date, commit: $commit, quick: $quick, machine: {cpu: $cpu, cores: $cores, kernel: $kernel, mosquitto: $mosquitto, loadAverageAtStart: $load, loadAverageAtEnd: $loadEnd},
     table: [
       row("a release of \($bytes / 1e6 | round) MB: depot, broker, device, verified and flushed to disk"; $o | median | to(10); "MB/s"; null),
       row("the same with the collection time of a depot, 0.5 s; once"; $collecting[0] | rate(.bytes; .seconds[0]) | to(10); "MB/s"; null),
       row("mosquitto_pub -l to mosquitto_sub, messages of \($chunk) bytes, to a file"; $t | median | to(10); "MB/s"; null),
       row("bare libmosquitto to libmosquitto, the same messages, kept nowhere"; $r | median | to(10); "MB/s"; null),
       at_least("the release / mosquitto_pub and mosquitto_sub, median of the rounds"; [range(0; $o | length) | $o[.] / $t[.]] | median * 100 | to(10); "%"; 60),
       row("the release / bare libmosquitto"; [range(0; $o | length) | $o[.] / $r[.]] | median * 100 | to(10); "%"; null),
       row("PSS of the device during the transfer, above idle"; $ours | map(.peakPssKilobytes - .idlePssKilobytes) | max / 1024 | to(10); "MB"; 16),
       row("bytes moved for a new head on known layers"; $frozen[0] | .bytesFetched[0] / .bytes * 100 | to(100); "%"; 15),
       row("alarm (QoS 1) to PUBACK, nothing moved: p50"; $alarms[0].alarmsIdle.p50 / 1e6 | to(100); "ms"; null),
       row("alarm (QoS 1) to PUBACK, nothing moved: p99"; $alarms[0].alarmsIdle.p99 / 1e6 | to(100); "ms"; null),
       row("alarm (QoS 1) to PUBACK, release moved: p50"; $alarms[0].alarmsDuring.p50 / 1e6 | to(100); "ms"; null),
       row("alarm (QoS 1) to PUBACK, release moved: p99"; $alarms[0].alarmsDuring.p99 / 1e6 | to(100); "ms"; null),
       row("extra delay of an alarm, p99"; ($alarms[0].alarmsDuring.p99 - $alarms[0].alarmsIdle.p99) / 1e6 | to(100); "ms"; null),
       row("metadata and chunk index of a fresh device"; $ours | map(.refreshMilliseconds) | median | to(10); "ms"; null)],
     tools: $tools, raw: $raw, ours: $ours, alarms: $alarms[0], frozen: $frozen[0], collecting: $collecting[0]}' >"$result"

jq -r '["what", "value", "bar", ""], (.table[] | [.what, "\(.value) \(.unit)", (if .bar == null then "-" else "\(if .atLeast then ">=" else "<=" end) \(.bar) \(.unit)" end),
  (if .met == null then "" elif .met then "met" else "NOT met" end)]) | @tsv' "$result" | column -t -s "$(printf '\t')"
[[ -z $docs ]] || { cp "$result" "$ROOT/docs/benchmarks/"; say 'docs/benchmarks has the file'; }
missed=$(jq '[.table[] | select(.met == false)] | length' "$result")
say "all of it is in $result"
if ((missed)); then say "$missed of the bars are NOT met"; else say 'every bar is met'; fi
[[ -z $strict ]] || ((missed == 0))
