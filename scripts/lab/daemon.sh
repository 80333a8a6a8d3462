#!/usr/bin/env bash
# shellcheck disable=SC2317  # the functions are called through check and wait_for
# The part of test-systemd.sh that shows the daemon as a service, in the container.
source /lab/guest.sh
install_device
cp /lab/silero-vad.ermodel /srv/
# 30 s of watchdog are too long for a test.
mkdir -p /etc/systemd/system/edgerunner.service.d
printf '[Service]\nWatchdogSec=4s\nRestartSec=500ms\n' >/etc/systemd/system/edgerunner.service.d/test.conf
systemctl daemon-reload
cp /lab/daemon.json /etc/edgerunner/edgerunner.json

mosquitto_sub -h 127.0.0.1 -V mqttv5 -q 1 -t 'er/1/lab/device/lab-1/#' >/lab/received &
subscriber=$!

check 'the unit has no mistake' verified edgerunner.service

start=$(milliseconds)
check 'it starts and becomes ready' systemctl start edgerunner
printf '        %d ms from start to ready\n' $(($(milliseconds) - start))
check 'it is active' is_active
if ! is_active; then journalctl -u edgerunner --no-pager | tail -n 40; exit 1; fi
runs_as_user() { [[ $(stat -c %U "/proc/$(property MainPID)") == edgerunner ]]; }
check 'it runs as its own user' runs_as_user
check 'status answers' edgerunner status --json

# Longer than the watchdog's time: only a fed watchdog leaves the same process.
first=$(property MainPID)
sleep 6
is_same() { [[ $(property MainPID) == "$first" && $(property NRestarts) == 0 ]]; }
check 'the watchdog is fed' is_same

second_copy() { # As the same user, on the same state.
  local out code=0
  out=$(timeout 10 setpriv --reuid edgerunner --regid edgerunner --clear-groups \
    edgerunner run --config /etc/edgerunner/edgerunner.json 2>&1) || code=$?
  printf 'code %d: %s\n' "$code" "$out"
  ((code != 0 && code != 124)) && [[ $out == *"$(property MainPID)"* || $out == *already* || $out == *lock* ]]
}
check 'a second copy is refused' second_copy
check 'and the first goes on' is_same

((first > 1)) && kill -STOP "$first"
was_restarted() { [[ $(property MainPID) != "$first" && $(property MainPID) != 0 ]] && is_active; }
check 'the watchdog restarts a stopped process' wait_for 30 was_restarted
by_watchdog() { journalctl -u edgerunner --no-pager | grep -qi 'watchdog timeout'; }
check 'because of its time-out' by_watchdog

second=$(property MainPID)
sleep 2
((second > 1)) && kill -KILL "$second"
was_restarted_again() { [[ $(property MainPID) != "$second" && $(property MainPID) != 0 ]] && is_active; }
check 'a killed process is restarted' wait_for 15 was_restarted_again

sleep 2
edgerunner status --json >/lab/last-status.json 2>/dev/null
start=$(milliseconds)
systemctl stop edgerunner
took=$(($(milliseconds) - start))
quick_stop() { printf '%d ms\n' "$took"; ((took <= 1000)); }
check "it stops within a second ($took ms)" quick_stop
clean_stop() { property Result; [[ $(property Result) == success && $(property ExecMainStatus) == 0 ]]; }
check 'with success' clean_stop

# What was accepted and not sent before the stop is sent by the next start.
systemctl start edgerunner
drained() { edgerunner status --json 2>/dev/null | tr -d ' \n' | grep -q '"pendingRecords":0[,}]'; }
check 'the backlog drains after the next start' wait_for 20 drained
systemctl stop edgerunner
sleep 0.5
kill "$subscriber"

files_private() { # Nobody else reads the state.
  ! find /var/lib/edgerunner /var/cache/edgerunner /var/log/edgerunner -perm /007 2>/dev/null | grep .
}
check 'its files are private' files_private

if ((failures)); then journalctl -u edgerunner --no-pager | tail -n 40; fi
exit $((failures > 0))
