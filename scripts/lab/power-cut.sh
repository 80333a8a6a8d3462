#!/usr/bin/env bash
# shellcheck disable=SC2317  # the functions are called through wait_for
# The part of test-power-cut.sh that runs in the VM: power-cut.sh install, and power-cut.sh check MODEL VERSION SECONDS.
source /lab/guest.sh
readonly POLL_SECONDS=2 # here each look costs a second of an emulated processor

set_up() {
  systemctl disable --now mosquitto >/dev/null 2>&1 # the broker is not here
  install_device
  printf '%s\n' '[Match]' 'Name=eth1' '[Network]' 'Address=10.0.3.15/24' >/etc/systemd/network/eth1.network
  networkctl reload
  cp /lab/power-cut.json /etc/edgerunner/edgerunner.json
  install -m 644 /lab/provision/{ca.crt,box-1.crt,root.json} /etc/edgerunner/
  install -m 640 -g edgerunner /lab/provision/box-1.key /etc/edgerunner/
  # What a power cut has left, as the next start finds it.
  mkdir -p /etc/systemd/system/edgerunner.service.d
  printf '[Service]\nExecStartPre=+-/bin/cp /var/lib/edgerunner/updates/models/shuttle-forest/state.json /root/before.json\n' >/etc/systemd/system/edgerunner.service.d/test.conf
  systemctl daemon-reload
  systemctl enable --now edgerunner
  sync
}

# Prints one JSON object: how the device was found, and how it ended.
check_device() { # MODEL VERSION SECONDS
  local model=$1 version=$2 patience=$3 state=/var/lib/edgerunner file installed='{}' damaged='[]' status ended active
  add_damage() { damaged=$(jq -c --arg text "$1" '. + [$text]' <<<"$damaged"); }
  answers() { is_active && edgerunner status --json >/tmp/status.json 2>/dev/null; }
  wait_for "$patience" answers || { printf 'the daemon does not come up: %s\n' "$(systemctl status edgerunner --no-pager -n 20 2>&1)"; return 1; }
  has_ended() { edgerunner update history "$model" --json --last 1 2>/dev/null | jq -e --arg version "$version" '.[0] | select(.version == $version)' >/tmp/ended.json; }
  wait_for "$patience" has_ended || { printf 'the update to %s does not end: %s\n' "$version" "$(edgerunner update status 2>&1)"; return 1; }
  serves_something() { answers && jq -e '.pipelines[0] | .state == "running" and .windows > 0' /tmp/status.json >/dev/null; }
  wait_for "$patience" serves_something || { printf 'no model serves: %s\n' "$(edgerunner status 2>&1)"; return 1; }
  ended=$(jq -r '"\(.outcome)\(if .code then " (\(.code): \(.words))" else "" end)"' /tmp/ended.json)

  # Every file of the state can be read as what it is, and none had to be set aside.
  while IFS= read -r file; do jq -e . "$file" >/dev/null 2>&1 || add_damage "$file is no JSON"; done \
    < <(find "$state/updates" -name '*.json')
  while IFS= read -r file; do jq -es . "$file" >/dev/null 2>&1 || add_damage "$file is not JSON by the line"; done \
    < <(find "$state/updates" -name '*.jsonl')
  while IFS= read -r file; do add_damage "$file was set aside"; done < <(find "$state" -name '*damaged*')
  for file in "$state/models/$model"/*.ermodel; do
    edgerunner model verify "$file" >/dev/null 2>&1 || add_damage "$file is damaged"
    installed=$(jq -c --arg version "$(basename "$file" .ermodel)" --arg digest "$(sha256sum "$file" | cut -d ' ' -f 1)" '.[$version] = $digest' <<<"$installed")
  done
  active=$(cat "$state/models/$model/active")
  # What the outbox had when it was opened for the first time in this boot.
  local opened
  opened=$(journalctl -b -u edgerunner --no-pager -o cat | sed -nE 's/.*Outbox .* is open \((\w+)\): epoch (\w+), next number ([0-9]+),.*/\1 \2 \3/p' | head -n 1)
  # shellcheck disable=SC2086
  set -- $opened
  [[ ${1:-} == Durable ]] || add_damage "the outbox is ${1:-not open}"
  status=$(jq -c '{serves: (.pipelines[0].model | split(" ")[1]), digest: .pipelines[0].modelSha256}' /tmp/status.json)
  cp /tmp/status.json /root/last-status.json
  jq -cn --argjson status "$status" --argjson installed "$installed" --argjson damaged "$damaged" --arg active "$active" --arg ended "$ended" \
    --arg before "$(jq -r --arg version "$version" 'if .target.version == $version then .phase else "idle" end' /root/before.json 2>/dev/null || echo none)" \
    --arg epoch "${2:-}" --argjson next "${3:-0}" --argjson restarts "$(property NRestarts)" \
    '$status + {$installed, $damaged, $active, $ended, $before, $epoch, $next, $restarts}'
}

case ${1:-} in
  install) set_up ;;
  check) check_device "${@:2}" ;;
  *) printf 'usage: power-cut.sh install | check MODEL VERSION SECONDS\n' >&2; exit 2 ;;
esac
