# shellcheck shell=bash
# shellcheck disable=SC2317,SC2034  # used by the scripts that source it, and through check and wait_for
# For the scripts that run in a guest of the device lab, as root, under its systemd. /lab is the host's work folder, or a copy of it.
set -uo pipefail

failures=0
check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@" >/tmp/check 2>&1; then printf 'ok      %s\n' "$what"; return; fi
  printf 'FAILED  %s\n' "$what"
  tail -n 20 /tmp/check | sed 's/^/        /'
  failures=$((failures + 1))
}
note() { printf '        %s\n' "$*"; }
unit=edgerunner
property() { systemctl show "${2:-$unit}" -p "$1" --value; }
is_active() { [[ $(property ActiveState)/$(property SubState) == active/running ]]; }
milliseconds() { local now=${EPOCHREALTIME/./}; printf '%s\n' "${now%???}"; }
wait_for() { # SECONDS COMMAND...
  local until=$((SECONDS + $1))
  shift
  until "$@"; do ((SECONDS < until)) || return 1; sleep "${POLL_SECONDS:-0.1}"; done
}
# verified UNIT: systemd finds no mistake in it.
verified() { local out; out=$(systemd-analyze verify "$1" 2>&1 | grep -i "${1%.service}"); printf '%s\n' "$out"; [[ -z $out ]]; }
exposure() { systemd-analyze security --no-pager "$1" 2>/dev/null | sed -nE 's/.*Overall exposure level for [^:]*: ([0-9.]+ [A-Z]+).*/\1/p'; }

install_device() {
  cp -r --no-preserve=ownership /lab/device/. /
  ldconfig
  systemd-sysusers 2>/dev/null
  systemctl daemon-reload
}

readonly FLEET=lab DEVICE=box-1
# The broker, as docs/broker.md sets it up: the packaged Mosquitto with our two files and certificates, on 8883.
set_up_broker() {
  rm -f /etc/mosquitto/conf.d/lab.conf # the lab's own listener, without TLS
  bash /lab/make-test-pki.sh /root/pki "$DEVICE" 2>/dev/null || return
  install -d -m 750 -g mosquitto /etc/mosquitto/certs
  install -m 640 -g mosquitto /root/pki/{ca.crt,broker.crt,broker.key} /etc/mosquitto/certs/
  sed "s/FLEET/$FLEET/" /lab/mosquitto/edgerunner.acl >/etc/mosquitto/edgerunner.acl
  cp /lab/mosquitto/edgerunner.conf /etc/mosquitto/conf.d/
  systemctl restart mosquitto
  wait_for 20 broker_answers
}
as() { printf '%s\n' -h localhost -p 8883 --cafile /root/pki/ca.crt --cert "/root/pki/$1.crt" --key "/root/pki/$1.key"; }
broker_answers() { # shellcheck disable=SC2046
  mosquitto_sub $(as receiver) -t ready -E
}

# Repository and depot, as docs/depot.md sets them up: both belong to the user of the depot, who signs with the online keys.
set_up_depot() {
  edgefleet repo init "$EDGEFLEET_REPO" --generate-keys /root/keys --yes || return
  chown -R edgefleet:edgefleet "$EDGEFLEET_REPO" "$EDGEFLEET_REPO-online-keys"
  install -d /etc/edgefleet
  install -m 644 /root/pki/ca.crt /etc/edgefleet/ca.pem
  install -m 644 /root/pki/depot.crt /etc/edgefleet/depot.pem
  install -m 640 -g edgefleet /root/pki/depot.key /etc/edgefleet/depot.key
  printf '%s\n' "EDGEFLEET_REPO=$EDGEFLEET_REPO" "EDGEFLEET_BROKER=$EDGEFLEET_BROKER" "EDGEFLEET_FLEET=$FLEET" \
    'DEPOT_OPTIONS=--ca /etc/edgefleet/ca.pem --cert /etc/edgefleet/depot.pem --key /etc/edgefleet/depot.key' >/etc/edgefleet/depot.env
}
export EDGEFLEET_REPO=/srv/fleet-repo EDGEFLEET_BROKER=mqtts://localhost EDGEFLEET_FLEET=$FLEET EDGEFLEET_PASSPHRASE='only for this test'
export EDGERUNNER_ONNXRUNTIME=/usr/lib/edgerunner/libonnxruntime.so.1 # edgefleet tries models too
readonly FLEET_TLS=(--ca /root/pki/ca.crt --cert /root/pki/fleet.crt --key /root/pki/fleet.key)

# What an installer brings to the device: configuration, certificate, root.json. No model.
provision() { # CONFIGURATION
  cp "$1" /etc/edgerunner/edgerunner.json
  install -m 644 /root/pki/ca.crt "/root/pki/$DEVICE.crt" /etc/edgerunner/
  install -m 640 -g edgerunner "/root/pki/$DEVICE.key" /etc/edgerunner/
  install -m 644 "$EDGEFLEET_REPO/metadata/1.root.json" /etc/edgerunner/root.json
}

# publish VERSION [OPTION...]: the forest of the demo under another version; with --no-self-test also one that is wrong.
publish() {
  local version=$1 folder=/root/models/$1
  shift
  mkdir -p /root/models
  [[ -d $folder ]] || cp -r /lab/shuttle-forest "$folder"
  jq --arg version "$version" '.version = $version | .description += " (" + $version + ")"' /lab/shuttle-forest/model.json >"$folder/model.json"
  edgefleet model pack "$folder" -o "$folder.ermodel" "$@" && edgefleet model add "$folder.ermodel" --key /root/keys/main-1.pem --yes "$@"
}

# What the device says of itself.
update_of() { edgerunner update status --json 2>/dev/null | jq -r --arg model "$1" '.models[] | select(.model == $model) | '"$2"; }
ended() { # MODEL VERSION OUTCOME [CODE]: the newest line of its history
  local last
  last=$(edgerunner update history "$1" --json --last 1 | jq -r '.[] | [.version, .outcome, .code // empty] | join(" ")')
  printf 'the history ends with: %s\n' "$last"
  [[ $last == "${*:2}" ]]
}
serves() { # MODEL VERSION
  local version
  version=$(edgerunner status --json | jq -r --arg model "$1 " '[.pipelines[].model // empty | select(startswith($model))] | unique | join(", ")')
  printf 'pipelines run: %s\n' "$version"
  [[ $version == "$1 $2" ]]
}
