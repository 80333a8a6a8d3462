#!/usr/bin/env bash
# The shipped units under a real systemd, in the container of the device lab; skipped where that is not to be had.
# Usage: test-systemd.sh [daemon|updates]...   (default: both)
#   daemon    starts, becomes ready, is watched, stops within a second and loses nothing
#   updates   broker with TLS and ACL, depot, an empty device: three releases, kills in the middle, a stick, a person's commands, owners and modes
# DEVICE_LAB is the lab's folder, EDGERUNNER_PROGRAMS the one of the native programs: scripts/lab/host.sh.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/scripts/lab/host.sh"

parts=("$@")
((${#parts[@]})) || parts=(daemon updates)
for part in "${parts[@]}"; do
  [[ $part == daemon || $part == updates ]] || { sed -n '3,5s/^# \?//p' "$0" >&2; exit 2; }
done
find_lab container.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=()
for part in "${parts[@]}"; do
  mkdir "$work/$part"
  lay_out "$work/$part"
  cp /usr/share/pocketsphinx/test/data/goforward.raw "$ROOT/device-configs/demo/data/shuttle.csv" "$work/$part/device/srv/"
  cp "$(demo_bundle silero-vad)" "$work/$part/silero-vad.ermodel"
  cp -r "$ROOT/device-configs/demo/models/shuttle-forest" "$work/$part/"
  say "$part: booting the container"
  code=0
  "$lab/container.sh" --bind "$work/$part:/lab" bash "/lab/$part.sh" || code=$?
  # The receiver's file, written in the container.
  check_received "$work/$part/received" "$work/$part/last-status.json" || code=1
  ((code == 0)) || failed+=("$part")
done
((${#failed[@]} == 0)) || die "failed: ${failed[*]}"
say 'passed'
