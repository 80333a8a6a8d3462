#!/usr/bin/env bash
# The daemon under a real systemd: starts, becomes ready, is watched, stops within a second and loses nothing.
# It runs in the systemd container of the device lab, and is skipped where that is not to be had.
#   DEVICE_LAB           the lab's folder (default: shared/device-lab beside the repository)
#   EDGERUNNER_PROGRAMS  the folder with edgerunner and libonnxruntime.so.1 (default: artifacts/publish/linux-x64)
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

skip() { say "skipped: $*"; exit 0; }
lab=${DEVICE_LAB:-$ROOT/../shared/device-lab}
[[ -x $lab/container.sh ]] || skip "no device lab in $lab (set DEVICE_LAB)"
((EUID == 0)) || skip 'the device lab needs root'

programs=${EDGERUNNER_PROGRAMS:-$ARTIFACTS/publish/linux-x64}
[[ -x $programs/edgerunner ]] || die "$programs/edgerunner is missing: run scripts/publish.sh first"

# What a package would install, laid out as on a device; the guest script copies it into place.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/device/{usr/bin,etc/edgerunner,usr/lib/edgerunner,usr/lib/systemd/system,usr/lib/sysusers.d,srv}
cp "$programs/edgerunner" "$work/device/usr/bin/"
# /usr/bin is no place for a library; the configuration names it.
cp "$programs/libonnxruntime.so.1" "$work/device/usr/lib/edgerunner/"
cp "$ROOT/device-configs/systemd/edgerunner.service" "$work/device/usr/lib/systemd/system/"
cp "$ROOT/device-configs/systemd/edgerunner.sysusers.conf" "$work/device/usr/lib/sysusers.d/edgerunner.conf"
cp /usr/share/pocketsphinx/test/data/goforward.raw "$work/device/srv/"
model=("$ARTIFACTS"/demo/models/silero-vad-*.ermodel)
[[ -f ${model[0]} ]] || die 'no Silero bundle in artifacts/demo/models: run scripts/pack-demo-models.sh first'
cp "${model[0]}" "$work/device/srv/silero-vad.ermodel"
cat >"$work/device/etc/edgerunner/edgerunner.json" <<'JSON'
{
  "device": { "id": "lab-1", "fleet": "lab" },
  "broker": { "host": "127.0.0.1", "port": 1883 },
  "inference": { "onnxRuntime": "/usr/lib/edgerunner/libonnxruntime.so.1" },
  "pipelines": {
    "speech": {
      "source": { "kind": "replay", "file": "/srv/goforward.raw", "format": "raw", "sampleType": "s16le",
                  "sampleRateHz": 16000, "channels": 1, "pace": "real-time", "loop": true },
      "window": { "input": "audio", "length": 576, "hop": 512, "prime": "zeros" },
      "model": { "bundle": "/srv/silero-vad.ermodel" },
      "decision": { "kind": "threshold", "output": "speech", "label": "speech", "threshold": 0.5 },
      "telemetry": { "stream": "speech", "windows": "all" }
    }
  }
}
JSON
cp "$ROOT/scripts/systemd-guest.sh" "$work/"

say 'booting the container'
code=0
"$lab/container.sh" --bind "$work:/lab" bash /lab/systemd-guest.sh || code=$?

# The receiver's file, written in the container: every sequence number of the epoch once, none missing up to the last.
if [[ -s $work/received ]]; then
  jq -rs '[.[] | select(.records) | [.first, .last]] | sort | unique
    | if length == 0 then "no records received"
      else reduce .[] as $r ({next: .[0][0], gaps: 0};
        if $r[0] > .next then .gaps += $r[0] - .next else . end | .next = ([.next, $r[1] + 1] | max))
      | "records received \(.next - 1), missing \(.gaps)" end' "$work/received" >"$work/result"
  cat "$work/result"
  grep -q ', missing 0$' "$work/result" || code=1
  received=$(sed -nE 's/^records received ([0-9]+).*/\1/p' "$work/result")
  accepted=$(jq '.telemetry.nextSeq - 1' "$work/last-status.json" 2>/dev/null || echo 0)
  if ((${received:-0} < accepted)); then say "accepted before the stop $accepted, received only ${received:-0}"; code=1; fi
else
  say 'nothing was received'
  code=1
fi
((code == 0)) || die 'failed'
say 'passed'
