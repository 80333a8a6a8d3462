#!/usr/bin/env bash
# shellcheck disable=SC2317  # the functions are called through check and wait_for
# The part of test-systemd.sh that shows the update path in the container: broker, depot and daemon as they are shipped, each
# under its unit and its user, and an empty device that gets one release after the other.
source /lab/guest.sh
install_device

check 'the packaged broker takes our configuration' set_up_broker
# shellcheck disable=SC2046
without_certificate() { ! mosquitto_sub -h localhost -p 8883 --cafile /root/pki/ca.crt -t ready -E; }
check 'and nobody without a certificate' without_certificate
check 'a repository is made' set_up_depot
check 'the unit of the depot has no mistake' verified edgefleet-depot.service
check 'the depot starts and becomes ready' systemctl start edgefleet-depot
depot_runs_as_user() { [[ $(stat -c %U "/proc/$(property MainPID edgefleet-depot)") == edgefleet ]]; }
check 'it runs as its own user' depot_runs_as_user
depot_status() { property StatusText edgefleet-depot; [[ $(property StatusText edgefleet-depot) == 'all well' ]]; }
check 'it says to systemd that all is well' wait_for 20 depot_status
depot_can_sign() { journalctl -u edgefleet-depot --no-pager -o cat | tee /dev/stderr | grep -q 'the timestamp can be signed anew here'; }
check 'and can sign timestamps' wait_for 10 depot_can_sign

mapfile -t receiver < <(as receiver)
mosquitto_sub "${receiver[@]}" -V mqttv5 -D connect receive-maximum 65535 -q 1 -t "er/1/$FLEET/device/+/telemetry/+" -t "er/1/$FLEET/device/+/event" >/lab/received &
subscriber=$!

# A field engineer, as the daemon's own messages say: a member of its group. And somebody who is not.
useradd --create-home engineer
usermod -aG edgerunner engineer
useradd --create-home visitor
engineer() { runuser -u engineer -- edgerunner "$@"; }

provision /lab/updates.json
check 'the configuration has no mistake' edgerunner config check
check 'the unit of the daemon has no mistake' verified edgerunner.service
check 'the daemon starts on an empty device' systemctl start edgerunner
waits() { edgerunner status --json | jq -e '[.pipelines[].reason] | all(startswith("waits for the first release"))'; }
check 'and waits for its first release' wait_for 10 waits

# Limits of the trial are wide: what is shown must not depend on how busy this machine is.
roll_out() { # MODEL@VERSION [OPTION...]
  edgefleet rollout set east "$@" --max-error 0.5 --max-latency 1000 "${FLEET_TLS[@]}"
}
rollout_says() { # MODEL STATE RUNS [CODE]
  local said
  said=$(edgefleet rollout status east --model "$1" --json "${FLEET_TLS[@]}" | jq -r '.rollouts[0].devices[0] | [.state, .running, .update.reasonCode // empty] | join(" ")')
  printf 'the fleet manager sees: %s\n' "$said"
  [[ $said == "${*:2}" ]]
}
committed() { ended "$1" "$2" committed && serves "$1" "$2"; }

check 'version 1 is published' publish 1.0.0
check 'it is rolled out' roll_out shuttle-forest@1.0.0 --wait --timeout 60s
check 'it is committed' committed shuttle-forest 1.0.0
check 'the fleet manager sees that' wait_for 10 rollout_says shuttle-forest 'done' 1.0.0
publish 2.0.0 >/dev/null 2>&1
check 'version 2 is rolled out' roll_out shuttle-forest@2.0.0 --wait --timeout 60s
check 'it is committed' committed shuttle-forest 2.0.0
check 'the fleet manager sees that' wait_for 10 rollout_says shuttle-forest 'done' 2.0.0

# The golden case of version 3 wants another last label than the forest gives. Packer and repository are told to look away.
cp -r /lab/shuttle-forest /root/models/3.0.0
golden=/root/models/3.0.0/golden-label.npy
printf '\x06' | dd of="$golden" bs=1 seek=$(($(stat -c %s "$golden") - 8)) conv=notrunc status=none
publish 3.0.0 --no-self-test >/dev/null 2>&1
refused() { roll_out shuttle-forest@3.0.0 --wait --timeout 60s; (($? == 1)); }
check 'a bad version 3 is not taken' refused
check 'it is refused with its reason' ended shuttle-forest 3.0.0 rejected golden-mismatch
check 'the fleet manager sees that' wait_for 10 rollout_says shuttle-forest rejected 2.0.0 golden-mismatch
check 'version 2 goes on' serves shuttle-forest 2.0.0

# In the middle of a download. maxBytesPerSecond leaves time for it; RestartSec= is as shipped.
restarted() { [[ $(property MainPID) != "$killed" && $(property MainPID) != 0 ]] && is_active; }
kill_daemon() {
  killed=$(property MainPID)
  systemctl kill -s KILL edgerunner
  wait_for 30 restarted
}
edgefleet model add /lab/silero-vad.ermodel --key /root/keys/main-1.pem --yes >/dev/null 2>&1
roll_out silero-vad@6.0.0 >/dev/null 2>&1
downloads() { [[ $(update_of silero-vad .phase) == downloading && $(update_of silero-vad .bytesDone) -gt 400000 ]]; }
check 'a download is under way' wait_for 30 downloads
check 'systemd restarts a daemon that is killed in it' kill_daemon
# In the middle again, now the depot: who is served gets an answer, and what is missing is asked for again.
downloads_on() { [[ $(update_of silero-vad .phase) == downloading ]]; }
check 'the download goes on' wait_for 30 downloads_on
start=$(milliseconds)
systemctl stop edgefleet-depot
took=$(($(milliseconds) - start))
depot_ended() { property Result edgefleet-depot; [[ $(property Result edgefleet-depot)/$(property ExecMainStatus edgefleet-depot) == success/0 ]] && ((took < 20000)); }
check "the depot stops in its time ($took ms), with success" depot_ended
systemctl start edgefleet-depot
model_committed() { ended silero-vad 6.0.0 committed; }
check 'the update is committed all the same' wait_for 120 model_committed
resumed() { journalctl -u edgerunner --no-pager -o cat | tee /dev/stderr | grep -E 'silero-vad 6.0.0: [0-9]+ of [0-9]+ bytes have to be fetched; .* [1-9][0-9]+ in what was fetched before'; }
check 'what had come was not fetched again' resumed

# In the middle of a trial.
publish 4.0.0 >/dev/null 2>&1
roll_out shuttle-forest@4.0.0 --trial-windows 100000 --trial-minutes 60 >/dev/null 2>&1
on_trial() { [[ $(update_of shuttle-forest .phase) == trial && $(update_of shuttle-forest .trialWindows) -gt 5 ]]; }
check 'a trial is under way' wait_for 60 on_trial
check 'systemd restarts a daemon that is killed in it' kill_daemon
check 'the version is taken back, with the reason' wait_for 30 ended shuttle-forest 4.0.0 rejected trial-crash
check 'the one before serves' wait_for 30 serves shuttle-forest 2.0.0
check 'the fleet manager sees that' wait_for 30 rollout_says shuttle-forest rejected 2.0.0 trial-crash
roll_out shuttle-forest@4.0.0 --trial-windows 40 --trial-minutes 1 >/dev/null 2>&1
check 'an engineer has it tried again' engineer update check --retry
four_committed() { committed shuttle-forest 4.0.0; }
check 'and it is committed' wait_for 60 four_committed

# The engineer's commands, as a member of the group and as somebody else.
ends_with() { local code=$1 actual=0; shift; "$@" || actual=$?; printf 'exit code %d\n' "$actual"; ((actual == code)); }
visitor() { runuser -u visitor -- edgerunner "$@"; }
check 'pin' engineer model pin shuttle-forest
is_pinned() { [[ $(update_of shuttle-forest .pinned) == true ]]; }
check 'holds' wait_for 10 is_pinned
check 'unpin' engineer model unpin shuttle-forest
check 'activate goes to another installed version' engineer model activate shuttle-forest 2.0.0
check 'which serves' wait_for 10 serves shuttle-forest 2.0.0
for command in 'model pin shuttle-forest' 'model activate shuttle-forest 4.0.0' 'status' 'update check' 'update history' 'model list'; do
  # shellcheck disable=SC2086
  check "nobody else may: $command" ends_with 77 visitor $command
done

# USB stick, through the daemon and by an engineer; the depot is away.
systemctl stop edgefleet-depot
new_stick() { # VERSION
  publish "$1" >/dev/null 2>&1
  edgefleet rollout set east "shuttle-forest@$1" --max-error 0.5 --max-latency 1000 >/dev/null
  rm -rf /media/stick
  mkdir -p /media/stick
  cp -r "$EDGEFLEET_REPO/metadata" "$EDGEFLEET_REPO/targets" /media/stick/
}
new_stick 5.0.0
check 'a stick is taken through the daemon' engineer update --from /media/stick
check 'it is committed' committed shuttle-forest 5.0.0

# By root, without the daemon; nothing may stay root's.
foreign_files() { ! find /var/lib/edgerunner /var/cache/edgerunner /var/log/edgerunner /run/edgerunner \! -user edgerunner -printf '%M %u:%g %p\n' | grep .; }
systemctl stop edgerunner
new_stick 6.0.0
check 'a stick is taken without the daemon' edgerunner update --from /media/stick
check 'root leaves nothing of its own in the state' foreign_files
rm -r /media/stick
systemctl start edgerunner
six_committed() { committed shuttle-forest 6.0.0; }
check 'the daemon tries it at its start, and commits it' wait_for 60 six_committed

# By root, beside the daemon, as the README has it; and the daemon can go on from there.
publish 7.0.0 >/dev/null 2>&1
check 'root installs a version by hand' edgerunner model install /root/models/7.0.0.ermodel
check 'which serves' wait_for 10 serves shuttle-forest 7.0.0
check 'root leaves nothing of its own in the state' foreign_files
systemctl start edgefleet-depot
publish 8.0.0 >/dev/null 2>&1
check 'the next release is taken all the same' roll_out shuttle-forest@8.0.0 --wait --timeout 60s
check 'it is committed' committed shuttle-forest 8.0.0

# Who owns what, and who may read it.
modes() { # OWNER:GROUP MODE PATH...
  local expected="$1 $2" path actual bad=0
  for path in "${@:3}"; do
    actual=$(stat -c '%U:%G %a' "$path")
    if [[ $actual != "$expected" ]]; then printf '%s is %s, must be %s\n' "$path" "$actual" "$expected"; bad=1; fi
  done
  ((bad == 0))
}
check 'the directories of the daemon are its user'"'"'s' modes edgerunner:edgerunner 750 /var/lib/edgerunner /var/cache/edgerunner /var/log/edgerunner /run/edgerunner
check 'its socket is for its group' modes edgerunner:edgerunner 660 /run/edgerunner/edgerunner.sock
others_files() { ! find "$EDGEFLEET_REPO" "$EDGEFLEET_REPO-online-keys" \! -user edgefleet -printf '%M %u:%g %p\n' | grep .; }
check 'the repository is the depot'"'"'s' others_files
check 'its online keys are for nobody else' modes edgefleet:edgefleet 600 "$EDGEFLEET_REPO"-online-keys/*.pem
restart_as_shipped() { property RestartUSec; [[ $(property RestartUSec) == 5s && $(property NRestarts) -ge 0 ]]; }
check 'the unit is the shipped one' restart_as_shipped
note "systemd-analyze security: edgerunner $(exposure edgerunner.service), edgefleet-depot $(exposure edgefleet-depot.service)"

edgerunner status --json >/lab/last-status.json 2>/dev/null
systemctl stop edgerunner edgefleet-depot
clean_stop() { property Result; [[ $(property Result)/$(property ExecMainStatus) == success/0 ]]; }
check 'the daemon stops with success' clean_stop
# What was accepted and not sent before the stop is sent by the next start.
systemctl start edgerunner
arrived() { (($(jq -rRs '[split("\n")[] | fromjson? | .last // 0] | max // 0' /lab/received) >= $(jq '.telemetry.nextSeq - 1' /lab/last-status.json))); }
check 'all that was accepted before the stop arrives after the next start' wait_for 30 arrived
systemctl stop edgerunner
sleep 0.5
kill "$subscriber"

if ((failures)); then journalctl -u edgerunner -u edgefleet-depot -u mosquitto --no-pager -o short-precise | tail -n 80; fi
exit $((failures > 0))
