#!/usr/bin/env bash
# The main job, live, from an empty device on: keys and a signed repository are made, a depot and a broker with TLS, client
# certificates and our ACL are started, and a device that has nothing. The fleet manager rolls three models out over MQTT; the
# device installs them and works on real recordings. Version 2 comes and is exchanged without a lost window; a bad version 3
# is tried, refused and reported. Ends with a table, and with an error if a number is wrong.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup.sh"
say 'building the native programs (a minute the first time)'
"$ROOT/scripts/publish.sh"
"$ROOT/scripts/pack-demo-models.sh"

programs=$ARTIFACTS/publish/linux-x64
work=$(mktemp -d)
cleanup() { end_started; rm -rf "$work"; }
trap cleanup EXIT
began=$SECONDS

# A broker of our own with the files that we ship: only paths, port and the name of the fleet are ours.
port=$(free_port)
quietly demo-pki "$ROOT/scripts/make-test-pki.sh" "$work/pki" demo-board
shipped=$ROOT/device-configs/mosquitto
sed "s/FLEET/demo/" "$shipped/edgerunner.acl" >"$work/acl"
sed -e "s|^listener 8883$|listener $port 127.0.0.1|" -e "s|/etc/mosquitto/certs|$work/pki|" -e "s|/etc/mosquitto/edgerunner.acl|$work/acl|" \
  -e 's/^persistence true/persistence false/' "$shipped/edgerunner.conf" >"$work/mosquitto.conf"
printf 'user %s\n' "$(id -un)" >>"$work/mosquitto.conf"
mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
STARTED+=($!)
as() { printf '%s\n' -h localhost -p "$port" --cafile "$work/pki/ca.crt" --cert "$work/pki/$1.crt" --key "$work/pki/$1.key"; }
mapfile -t receiver < <(as receiver)
wait_for 10 mosquitto_sub "${receiver[@]}" -t ready -E 2>/dev/null || { cat "$work/mosquitto.log" >&2; die 'mosquitto does not start'; }
say "a private broker with TLS and client certificates listens on localhost:$port"

# An independent receiver. It takes as much at once as comes: what exceeds its Receive Maximum the broker would drop.
mosquitto_sub "${receiver[@]}" -V mqttv5 -D connect receive-maximum 65535 -q 1 -t 'er/1/demo/device/+/presence' -t 'er/1/demo/device/+/event' \
  -t 'er/1/demo/device/+/telemetry/+' -F '{"topic":"%t","payload":%p}' >"$work/received" &
STARTED+=($!)

# The fleet manager's side: keys (here all in one place; docs/releases.md has the ceremony) and a repository.
export EDGEFLEET_REPO=$work/repo EDGEFLEET_PASSPHRASE='only for the demo' EDGEFLEET_BROKER=mqtts://localhost:$port EDGEFLEET_FLEET=demo
fleet=$programs/edgefleet
quietly demo-init "$fleet" repo init "$EDGEFLEET_REPO" --generate-keys "$work/keys" --yes
say 'keys and a signed repository are made: root and targets 2 of 3, a team for the models'
tls() { printf '%s\n' --ca "$work/pki/ca.crt" --cert "$work/pki/$1.crt" --key "$work/pki/$1.key"; }
mapfile -t depot_tls < <(tls depot)
mapfile -t fleet_tls < <(tls fleet)
publish_model() { quietly "demo-add" "$fleet" model add "$@" --key "$work/keys/main-1.pem" --yes; }
for bundle in "$ARTIFACTS"/demo/models/*.ermodel; do publish_model "$bundle"; done
"$fleet" model list >&2
"$fleet" depot "${depot_tls[@]}" >"$work/depot.log" 2>&1 &
STARTED+=($!)

# The device: it has a configuration, a certificate and the fleet's first root.json, and no model.
export EDGERUNNER__Broker__Port=$port EDGERUNNER__Updates__RootFile=$work/repo/metadata/1.root.json DEMO_STOP=$work/stop
export EDGERUNNER__Broker__Tls__CaFile=$work/pki/ca.crt EDGERUNNER__Broker__Tls__CertificateFile=$work/pki/demo-board.crt EDGERUNNER__Broker__Tls__KeyFile=$work/pki/demo-board.key
for directory in state runtime cache log; do export "EDGERUNNER__Storage__${directory^}Directory=$work/$directory"; done
configuration=$ROOT/device-configs/demo/edgerunner.json
say 'an empty device starts; what it says from here on, as the receiver sees it:'
"$programs/edgerunner" run --config "$configuration" 2>"$work/edgerunner.log" &
device=$!
STARTED+=("$device")
fail() { tail -n 20 "$work/edgerunner.log" "$work/depot.log" >&2; die "$*"; }

# Live: updates, decisions and states, as they come.
tail -n +1 -s 0.2 -f "$work/received" | jq --unbuffered -r '
  if (.topic | endswith("/presence")) then "  device \(.payload.device) is \(.payload.status)"
  elif (.topic | endswith("/event")) then .payload.records[] |
    if .kind == "update" then "  device: \(.model) \(.version // "") \(.phase)\(if .reason then ": \(.reason)" else "" end)"
    elif .kind == "swap" and .outcome == "swapped" then "  device: \(.pipeline // "") exchanges \(.model // "its model") between two windows"
    elif .kind != "decision" or .pipeline == "shuttle" or .pipeline == "live" then empty
    elif .active then "  \(.pipeline): \(.label) begins at \(.startSeconds * 100 | round / 100) s"
    else "  \(.pipeline): \(.label) ends at \(.endSeconds * 100 | round / 100) s" end
  else empty end' &
STARTED+=($!)

# A rollout as a fleet manager sees it, a line for each change (on a terminal of its own it would be drawn anew).
# Limits of the trial are wide: what is shown must not depend on how busy this machine is.
limits=(--max-error 0.5 --max-latency 1000)
roll_out() { # MODEL@VERSION [OPTION...]
  say "the fleet manager: edgefleet rollout set demo $1"
  "$fleet" rollout set demo "$@" "${limits[@]}" "${fleet_tls[@]}" | sed -u 's/^/    /'
  return "${PIPESTATUS[0]}"
}
expect() { # EXIT-CODE COMMAND...
  local expected=$1 code=0
  shift
  "$@" || code=$?
  ((code == expected)) || fail "this ended with code $code, must be $expected: $*"
}
running() { "$programs/edgerunner" status --json --config "$configuration" 2>/dev/null >"$work/status.json" && jq -e "$1" "$work/status.json" >/dev/null; }

expect 0 roll_out silero-vad@6.0.0
expect 0 roll_out ecg-autoencoder@1.0.0
expect 0 roll_out shuttle-forest@1.0.0 --wait --timeout 60s
expect 0 "$fleet" rollout status demo --watch --timeout 60s "${fleet_tls[@]}"
wait_for 30 running '[.pipelines[] | select(.name == "live" and .windows > 50)] | length == 1' || fail 'the device does not work'

# Version 2: other words in its manifest, the same forest. Most of it is on the device already.
variant() { # VERSION
  cp -r "$ROOT/device-configs/demo/models/shuttle-forest" "$work/$1"
  jq --arg version "$1" '.version = $version | .description += " (demo " + $version + ")"' "$ROOT/device-configs/demo/models/shuttle-forest/model.json" >"$work/$1/model.json"
}
variant 2.0.0
quietly demo-pack "$fleet" model pack "$work/2.0.0" -o "$work/2.0.0.ermodel"
publish_model "$work/2.0.0.ermodel"
expect 0 roll_out shuttle-forest@2.0.0 --wait --timeout 60s

# Version 3: its golden case wants another last label than the forest gives. Packer and repository would refuse it: both are told to look away.
variant 3.0.0
golden=$work/3.0.0/golden-label.npy
printf '\x06' | dd of="$golden" bs=1 seek=$(($(stat -c %s "$golden") - 8)) conv=notrunc status=none
quietly demo-pack "$fleet" model pack "$work/3.0.0" -o "$work/3.0.0.ermodel" --no-self-test
publish_model "$work/3.0.0.ermodel" --no-self-test
expect 1 roll_out shuttle-forest@3.0.0 --wait --timeout 60s
expect 1 "$fleet" rollout status demo --model shuttle-forest --json "${fleet_tls[@]}" >"$work/rollout.json"
touch "$DEMO_STOP"

is_done() {
  kill -0 "$device" 2>/dev/null || return 0
  running '([.pipelines[].state] | all(. == "ended")) and .telemetry.pendingRecords == 0'
}
wait_for 120 is_done || fail 'the device was not done after two minutes'
kill -0 "$device" 2>/dev/null || fail 'the device ended by itself'
sleep 0.5
"$fleet" fleet show demo-board "${fleet_tls[@]}" >&2
kill -TERM "$device"
wait "$device" || fail "the device ended with code $?"

# The receiver's side: every sequence number once.
jq -s '
  [.[] | select(.payload.records) | .payload] as $batches
  | [$batches[] | .stream as $s | .first as $f | .records | to_entries[] | {seq: ($f + .key), stream: $s, record: .value}] | unique_by(.seq) as $all
  | [$all[] | select(.stream == "live" and .record.kind == "window") | .record] as $live
  | { received: ($all | length), highest: ([$all[].seq] | max // 0),
      byStream: ($all | group_by(.stream) | map({key: .[0].stream, value: length}) | from_entries),
      active: ($all | map(select(.record.kind == "window" and .record.active)) | group_by(.stream) | map({key: .[0].stream, value: length}) | from_entries),
      labels: ($all | map(select(.record.kind == "window" and .stream == "shuttle")) | group_by(.record.label) | map({key: .[0].record.label, value: length}) | from_entries),
      segments: [$all[].record | select(.kind == "decision" and .pipeline == "speech" and (.active | not)) | {startSeconds, endSeconds}],
      live: ($live | length), liveMissing: ($live | [range(0; length) as $i | select(.[$i].window != $i + 1)] | length),
      liveVersions: ($live | reduce .[].version as $v ([]; if last == $v then . else . + [$v] end)),
      updates: [$all[].record | select(.kind == "update" and .model == "shuttle-forest" and (.phase == "committed" or .phase == "rejected")) | {version, phase, reasonCode}] }
' "$work/received" >"$work/received.json"

printf '\n'
jq -rn --slurpfile s "$work/status.json" --slurpfile r "$work/received.json" '
  ["pipeline", "windows", "p50 µs", "p99 µs", "decisions", "received", "result"],
  ($s[0].pipelines[] | [.name, .windows, .latencyP50Us, .latencyP99Us, .decisions, ($r[0].byStream[.name] // 0),
    (if .name == "shuttle" then ($r[0].labels | to_entries | map("\(.value) \(.key)") | join(", "))
     elif .name == "live" then "versions \($r[0].liveVersions | join(", ")), windows missing: \($r[0].liveMissing)"
     else "\($r[0].active[.name] // 0) active" end)]) | @tsv' | column -t -s "$(printf '\t')" 2>/dev/null || true
jq -rn --slurpfile s "$work/status.json" --slurpfile r "$work/received.json" '
  "\nrecords accepted \($s[0].telemetry.accepted), received \($r[0].received), lost \($s[0].telemetry.accepted - $r[0].received)",
  "speech \($r[0].segments | map("\(.startSeconds * 100 | round / 100)-\(.endSeconds * 100 | round / 100) s") | join(", "))",
  "updates of shuttle-forest: \($r[0].updates | map("\(.version) \(.phase)\(if .reasonCode then " (\(.reasonCode))" else "" end)") | join(", "))"'

failures=0
check() { # WHAT EXPECTED ACTUAL
  if [[ $2 == "$3" ]]; then return; fi
  printf 'WRONG: %s is %s, must be %s\n' "$1" "$3" "$2"
  failures=1
}
state() { jq -r "$1" "$work/status.json"; }
received() { jq -r "$1" "$work/received.json"; }
rollout() { jq -r ".rollouts[0].devices[0] | $1" "$work/rollout.json"; }
check 'speech windows' 87 "$(state '.pipelines[] | select(.name == "speech") | .windows')"
check 'speech windows with speech' 54 "$(received '.active.speech // 0')"
check 'the speech segment' '0.51-2.24' "$(received '.segments | map("\(.startSeconds * 100 | round / 100)-\(.endSeconds * 100 | round / 100)") | join(" ")')"
check 'speech in noise' 0 "$(received '.active.noise // 0')"
check 'shuttle states' '{"Bypass":13,"High":45,"Rad Flow":198}' "$(received '.labels | tojson')"
check 'ecg windows with an anomaly' 52 "$(received '.active.ecg // 0')"
check 'windows of live' "$(state '.pipelines[] | select(.name == "live") | .windows')" "$(received '.live')"
check 'windows of live that are missing' 0 "$(received '.liveMissing')"
check 'versions that served live' '1.0.0 2.0.0' "$(received '.liveVersions | join(" ")')"
check 'how the updates ended' '1.0.0 committed, 2.0.0 committed, 3.0.0 rejected' "$(received '.updates | map("\(.version) \(.phase)") | join(", ")')"
check 'what the fleet manager sees of 3.0.0' 'rejected golden-mismatch, runs 2.0.0' "$(rollout '"\(.state) \(.update.reasonCode), runs \(.running)"')"
check 'records received' "$(state '.telemetry.accepted')" "$(received '.received')"
check 'the highest sequence number' "$(received '.received')" "$(received '.highest')"
check 'records dropped' 0 "$(state '[.pipelines[].recordsDropped] | add')"
((failures == 0)) || die 'the main job did not do what it must'
say "all numbers are right, $((SECONDS - began)) s after the build"
