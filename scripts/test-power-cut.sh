#!/usr/bin/env bash
# A device takes one release after the other and records telemetry, and its power is cut: at a random moment, or a random moment after
# it began to download, to probe, or to try one. In a VM of the device lab, with broker, depot and receiver outside. After each boot the daemon must come up, serve a complete version, end the update
# or tell why not, and have every record that it had accepted. A long soak, not for CI: about a minute and a half for each cut.
# Skipped where the lab is not to be had.
# Usage: test-power-cut.sh [--times N] [--keep]
#   --times N   cuts; default 10. After every third one the power goes again while the device boots.
#   --keep      leaves the VM's disk and the working folder, for a look at what was found
# DEVICE_LAB is the lab's folder, EDGERUNNER_PROGRAMS the one of the native programs: scripts/lab/host.sh.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/scripts/lab/host.sh"

times=10 keep=
while (($#)); do
  case $1 in
    --times) times=${2:?--times needs a number}; shift ;;
    --keep) keep=1 ;;
    *) sed -n '2,9s/^# \?//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
[[ $times =~ ^[1-9][0-9]*$ ]] || die "--times $times is not allowed; expected 1 or more"
find_lab boot.sh

readonly VM=edgerunner-power-cut FLEET=lab DEVICE=box-1 MODEL=shuttle-forest
# The guest is emulated and slow: these only end what hangs.
readonly PATIENCE=400
work=$(mktemp -d)
guest() { "$lab/guest.sh" "$VM" "$@"; }
cleanup() {
  end_started
  # Only a VM that runs has something to be cut.
  "$lab/power-cut.sh" "$VM" --after 0 --no-boot 2>/dev/null || true
  if [[ $keep ]]; then say "kept: $work"; else rm -rf "$work"; fi
}
trap cleanup EXIT

# The fleet's side, outside of the device: its power stays on.
lay_out "$work/lab"
rm "$work/lab/device/usr/bin/edgefleet"
cp "$ROOT/device-configs/demo/data/shuttle.csv" "$work/lab/device/srv/"
port=$(free_port)
quietly power-cut-pki "$ROOT/scripts/make-test-pki.sh" --san 10.0.3.100 "$work/pki" "$DEVICE"
sed "s/FLEET/$FLEET/" "$ROOT/device-configs/mosquitto/edgerunner.acl" >"$work/acl"
sed -e "s|^listener 8883$|listener $port 127.0.0.1|" -e "s|/etc/mosquitto/certs|$work/pki|" -e "s|/etc/mosquitto/edgerunner.acl|$work/acl|" \
  -e 's/^persistence true/persistence false/' "$ROOT/device-configs/mosquitto/edgerunner.conf" >"$work/mosquitto.conf"
printf 'user %s\n' "$(id -un)" >>"$work/mosquitto.conf"
mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
STARTED+=($!)
as() { printf '%s\n' -h localhost -p "$port" --cafile "$work/pki/ca.crt" --cert "$work/pki/$1.crt" --key "$work/pki/$1.key"; }
mapfile -t receiver < <(as receiver)
wait_for 10 mosquitto_sub "${receiver[@]}" -t ready -E 2>/dev/null || { cat "$work/mosquitto.log" >&2; die 'mosquitto does not start'; }
mosquitto_sub "${receiver[@]}" -V mqttv5 -D connect receive-maximum 65535 -q 1 -t "er/1/$FLEET/device/+/telemetry/+" -t "er/1/$FLEET/device/+/event" >"$work/received" &
STARTED+=($!)
export EDGEFLEET_REPO=$work/repo EDGEFLEET_PASSPHRASE='only for this test' EDGEFLEET_BROKER=mqtts://localhost:$port EDGEFLEET_FLEET=$FLEET
fleet=$programs/edgefleet
quietly power-cut-init "$fleet" repo init "$EDGEFLEET_REPO" --generate-keys "$work/keys" --yes
"$fleet" depot --ca "$work/pki/ca.crt" --cert "$work/pki/depot.crt" --key "$work/pki/depot.key" >"$work/depot.log" 2>&1 &
STARTED+=($!)

# roll_out N: version N.0.0 of the demo's forest, with 3 MB that no other version has, so that each is fetched and written anew.
roll_out() {
  local version=$1.0.0 folder=$work/models/$1.0.0
  mkdir -p "$work/models"
  cp -r "$ROOT/device-configs/demo/models/$MODEL" "$folder"
  head -c 3000000 /dev/urandom >"$folder/ballast.bin"
  jq --arg version "$version" '.version = $version | .attachments += ["ballast.bin"]' "$ROOT/device-configs/demo/models/$MODEL/model.json" >"$folder/model.json"
  quietly power-cut-pack "$fleet" model pack "$folder" -o "$folder.ermodel"
  rm -r "$folder"
  quietly power-cut-add "$fleet" model add "$folder.ermodel" --key "$work/keys/main-1.pem" --yes
  quietly power-cut-rollout "$fleet" rollout set east "$MODEL@$version" --max-error 0.5 --max-latency 1000
}

# The device. Its second network leads to our broker and nowhere else; each connection is one run of the little script.
printf '#!/bin/sh\nexec socat - TCP:127.0.0.1:%s\n' "$port" >"$work/to-broker"
chmod +x "$work/to-broker"
export DEVICE_LAB_QEMU_ARGS="-netdev user,id=fleet,restrict=on,net=10.0.3.0/24,guestfwd=tcp:10.0.3.100:8883-cmd:$work/to-broker -device virtio-net-pci,netdev=fleet,romfile="
mkdir "$work/lab/provision"
cp "$work/pki/ca.crt" "$work/pki/$DEVICE.crt" "$work/pki/$DEVICE.key" "$work/lab/provision/"
cp "$EDGEFLEET_REPO/metadata/1.root.json" "$work/lab/provision/root.json"
say 'booting the VM'
"$lab/boot.sh" "$VM" --fresh
say 'installing the device'
guest --put "$work/lab" /
guest bash /lab/power-cut.sh install

# guest_check WANTED FILE: waits until the device is well again; what it found goes into FILE.
guest_check() { timeout $((3 * PATIENCE)) "$lab/guest.sh" "$VM" bash /lab/power-cut.sh check "$MODEL" "$1" "$PATIENCE" >"$2"; }
roll_out 1
guest_check 1.0.0 "$work/found" || { cat "$work/found" >&2; die 'the device did not take the first release'; }
# How long an update takes here, without a cut: random moments are drawn from that time.
begin=$SECONDS
roll_out 2
guest_check 2.0.0 "$work/found" || { cat "$work/found" >&2; die 'the device did not take the second release'; }
span=$((SECONDS - begin))
say "an update takes $span s here"

# await_phase VERSION PHASE: until the device has come that far with the version, or past it. What the daemon says it has accepted goes into samples.
await_phase() {
  local until=$((SECONDS + PATIENCE)) phase
  while ((SECONDS < until)); do
    guest edgerunner status --json >"$work/status" 2>/dev/null || true
    jq -r '.telemetry | "\(.epoch) \(.nextSeq)"' "$work/status" >>"$work/samples" 2>/dev/null || true
    phase=$(jq -r --arg version "$1" '.updates.models[0] | select(.version == $version) | .phase' "$work/status" 2>/dev/null) || phase=
    case $2:$phase in
      downloading:?* | probing:probing | probing:trial | trial:trial | *:committed | *:rejected) return ;;
    esac
    sleep 1
  done
}
received_to() { jq -rRs '[split("\n")[] | fromjson? | .last // 0] | max // 0' "$work/received"; }
boot_again() { "$lab/boot.sh" "$VM" >>"$work/boot.log" 2>&1; }

problems=0
problem() { say "WRONG: $*"; problems=$((problems + 1)); }
aims=(random downloading probing trial)
printf '%-4s %-24s %-8s %-12s %s\n' cut moment version found-at ended-as | tee "$work/table"
for ((cut = 1; cut <= times; cut++)); do
  version=$((cut + 2)).0.0
  : >"$work/samples"
  aim=${aims[(cut - 1) % ${#aims[@]}]}
  roll_out $((cut + 2))
  within=4
  if [[ $aim == random ]]; then within=$span; else await_phase "$version" "$aim"; fi
  "$lab/power-cut.sh" "$VM" --after "$within" --no-boot 2>"$work/cut.log"
  moment="$aim+$(sed -nE 's/.*, ([0-9.]+) s in.*/\1/p' "$work/cut.log")s"
  arrived=$(received_to)
  if ((cut % 3 == 0)); then
    # And again, before or while the daemon finds out what happened.
    boot_again &
    booting=$!
    sleep 8
    "$lab/power-cut.sh" "$VM" --after 25 --no-boot 2>>"$work/cut.log" && moment+=',boot'
    wait "$booting" || true
  fi
  wait_for 30 boot_again || { tail -n 5 "$work/boot.log" >&2; die 'the VM does not boot any more'; }

  if ! guest_check "$version" "$work/found"; then
    cat "$work/found" >&2
    guest journalctl -b -u edgerunner --no-pager -o cat 2>/dev/null | tail -n 40 >&2 || true
    problem "after cut $cut the device did not get well again"
    break
  fi
  found() { jq -r "$1" "$work/found"; }
  printf '%-4s %-24s %-8s %-12s %s\n' "$cut" "$moment" "$version" "$(found '.before')" "$(found '.ended')" | tee -a "$work/table"

  # Which bytes serve, and lie in the store: those that were signed, and no others.
  while read -r installed digest; do
    [[ $digest == "$(sha256sum "$work/models/$installed.ermodel" | cut -d ' ' -f 1)" ]] || problem "cut $cut: the installed $installed is not what was signed"
  done < <(found '.installed | to_entries[] | "\(.key) \(.value)"')
  [[ $(found .serves) == "$(found '.active')" && $(found '.digest') == "$(found '.installed[.active]')" ]] || problem "cut $cut: pipelines run $(found .serves) ($(found .digest)), in use is $(found .active)"
  [[ $(found .restarts) == 0 ]] || problem "cut $cut: the daemon had to be started $(found .restarts) times more"
  [[ $(found '.damaged | length') == 0 ]] || problem "cut $cut: $(found '.damaged | join("; ")')"

  # Telemetry: nothing that was accepted is gone, no number is given twice.
  read -r _ accepted < <(tail -n 1 "$work/samples") || accepted=1
  ((accepted > arrived)) || accepted=$((arrived + 1))
  [[ ${epoch:=$(found .epoch)} == "$(found .epoch)" ]] || problem "cut $cut: telemetry began a new epoch"
  (($(found .next) >= accepted)) || problem "cut $cut: $((accepted - 1)) records had been accepted, after the boot only $(($(found .next) - 1)) were there"
done

say 'the last records come in'
guest systemctl stop edgerunner
guest systemctl start edgerunner
guest cat /root/last-status.json >"$work/last-status.json"
all_arrived() { (($(received_to) >= $(jq '.telemetry.nextSeq - 1' "$work/last-status.json"))); }
wait_for "$PATIENCE" all_arrived || problem 'not all that was accepted has arrived'
check_received "$work/received" "$work/last-status.json" || problem 'records are missing'
twice=$(jq -rRs '[split("\n")[] | fromjson? | select(.records) | .first as $first | .epoch as $epoch | .records | to_entries[] | {key: "\($epoch) \($first + .key)", value}]
  | group_by(.key) | map(select((map(.value) | unique | length) > 1)) | length' "$work/received")
((twice == 0)) || problem "$twice numbers came twice, with different records"

printf '\n'
awk 'NR > 1 { at[$4]++; end[$5]++; n++ } END {
  printf "%d cuts; the state on the disk was at:", n; for (a in at) printf " %s %d", a, at[a]
  printf "; the updates ended as:"; for (e in end) printf " %s %d", e, end[e]
  printf "\n" }' "$work/table"
((problems == 0)) || die "$problems problem(s)"
say 'passed'
