#!/usr/bin/env bash
# The main job, live: real recordings go through three models on this machine, and what the device decides arrives at a
# private MQTT broker, where an independent mosquitto_sub counts it. Ends with a table, and with an error if a number is wrong.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup.sh"
say 'building the native programs (a minute the first time)'
"$ROOT/scripts/publish.sh"
"$ROOT/scripts/pack-demo-models.sh"

programs=$ARTIFACTS/publish/linux-x64
work=$(mktemp -d)
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT

# A broker of our own: loopback, a free port, nothing kept. The receiver may lag behind a burst, so its queue has no bound.
port=$(free_port)
printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' 'max_queued_messages 0' >"$work/mosquitto.conf"
mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
STARTED+=($!)
wait_for 10 mosquitto_pub -h 127.0.0.1 -p "$port" -t ready -n 2>/dev/null || { cat "$work/mosquitto.log" >&2; die 'mosquitto does not start'; }
say "a private broker listens on 127.0.0.1:$port"

mosquitto_sub -h 127.0.0.1 -p "$port" -V mqttv5 -q 1 -t 'er/1/demo/device/#' -F '{"topic":"%t","payload":%p}' >"$work/received" &
STARTED+=($!)

export EDGERUNNER__Broker__Port=$port
for directory in state runtime cache log; do export "EDGERUNNER__Storage__${directory^}Directory=$work/$directory"; done
configuration=$ROOT/device-configs/demo/edgerunner.json
for bundle in "$ARTIFACTS"/demo/models/*.ermodel; do
  "$programs/edgerunner" model install "$bundle" --config "$configuration"
done

say 'the device starts; what it decides, as the receiver sees it:'
"$programs/edgerunner" run --config "$configuration" 2>"$work/edgerunner.log" &
device=$!
STARTED+=("$device")

# Live: decisions and states, as they come.
tail -n +1 -s 0.2 -f "$work/received" | jq --unbuffered -r '
  if (.topic | endswith("/presence")) then "  device \(.payload.device) is \(.payload.status)"
  elif (.topic | endswith("/event")) then .payload.records[] | select(.kind == "decision") |
    if .pipeline == "shuttle" then empty
    elif .active then "  \(.pipeline): \(.label) begins at \(.startSeconds * 100 | round / 100) s"
    else "  \(.pipeline): \(.label) ends at \(.endSeconds * 100 | round / 100) s" end
  else empty end' &
STARTED+=($!)

is_done() {
  kill -0 "$device" 2>/dev/null || return 0
  "$programs/edgerunner" status --json --config "$configuration" 2>/dev/null >"$work/status.json" || return 1
  jq -e '([.pipelines[].state] | all(. == "ended")) and .telemetry.pendingRecords == 0' "$work/status.json" >/dev/null
}
wait_for 120 is_done || { tail -n 20 "$work/edgerunner.log" >&2; die 'the device was not done after two minutes'; }
kill -0 "$device" 2>/dev/null || { tail -n 20 "$work/edgerunner.log" >&2; die 'the device ended by itself'; }
sleep 0.5
kill -TERM "$device"
wait "$device" || die "the device ended with code $?"

# The receiver's side: every sequence number once.
jq -s '
  [.[] | select(.payload.records) | .payload] as $batches
  | [$batches[] | .stream as $s | .first as $f | .records | to_entries[] | {seq: ($f + .key), stream: $s, record: .value}] | unique_by(.seq) as $all
  | { received: ($all | length), highest: ([$all[].seq] | max // 0),
      byStream: ($all | group_by(.stream) | map({key: .[0].stream, value: length}) | from_entries),
      active: ($all | map(select(.record.kind == "window" and .record.active)) | group_by(.stream) | map({key: .[0].stream, value: length}) | from_entries),
      labels: ($all | map(select(.record.kind == "window" and .stream == "shuttle")) | group_by(.record.label) | map({key: .[0].record.label, value: length}) | from_entries),
      segments: [$all[].record | select(.kind == "decision" and .pipeline == "speech" and (.active | not)) | {startSeconds, endSeconds}] }
' "$work/received" >"$work/received.json"

printf '\n'
jq -rn --slurpfile s "$work/status.json" --slurpfile r "$work/received.json" '
  ["pipeline", "windows", "p50 µs", "p99 µs", "decisions", "received", "result"],
  ($s[0].pipelines[] | [.name, .windows, .latencyP50Us, .latencyP99Us, .decisions, ($r[0].byStream[.name] // 0),
    (if .name == "shuttle" then ($r[0].labels | to_entries | map("\(.value) \(.key)") | join(", "))
     else "\($r[0].active[.name] // 0) active" end)]) | @tsv' | column -t -s "$(printf '\t')" 2>/dev/null || true
jq -rn --slurpfile s "$work/status.json" --slurpfile r "$work/received.json" '
  "\nrecords accepted \($s[0].telemetry.accepted), received \($r[0].received), lost \($s[0].telemetry.accepted - $r[0].received)",
  "speech \($r[0].segments | map("\(.startSeconds * 100 | round / 100)-\(.endSeconds * 100 | round / 100) s") | join(", "))"'

failures=0
check() { # WHAT EXPECTED ACTUAL
  if [[ $2 == "$3" ]]; then return; fi
  printf 'WRONG: %s is %s, must be %s\n' "$1" "$3" "$2"
  failures=1
}
state() { jq -r "$1" "$work/status.json"; }
received() { jq -r "$1" "$work/received.json"; }
check 'speech windows' 87 "$(state '.pipelines[] | select(.name == "speech") | .windows')"
check 'speech windows with speech' 54 "$(received '.active.speech // 0')"
check 'the speech segment' '0.51-2.24' "$(received '.segments | map("\(.startSeconds * 100 | round / 100)-\(.endSeconds * 100 | round / 100)") | join(" ")')"
check 'speech in noise' 0 "$(received '.active.noise // 0')"
check 'shuttle states' '{"Bypass":13,"High":45,"Rad Flow":198}' "$(received '.labels | tojson')"
check 'ecg windows with an anomaly' 52 "$(received '.active.ecg // 0')"
check 'records received' "$(state '.telemetry.accepted')" "$(received '.received')"
check 'the highest sequence number' "$(received '.received')" "$(received '.highest')"
check 'records dropped' 0 "$(state '[.pipelines[].recordsDropped] | add')"
((failures == 0)) || die 'the main job did not do what it must'
say 'all numbers are right'
