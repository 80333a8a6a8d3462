# shellcheck shell=bash
# For scripts that test in the device lab, on the machine that has it; source it after lib.sh. The lab is not part of this
# repository: DEVICE_LAB is its folder (default: shared/device-lab beside the repository). It needs root, and Debian 12 as its guests have.
#   EDGERUNNER_PROGRAMS  the folder with edgerunner, edgefleet and libonnxruntime.so.1 (default: artifacts/publish/linux-x64)

skip() { say "skipped: $*"; exit 0; }

# find_lab SCRIPT: sets $lab and $programs; the script that sources this ends here where the lab or a program is missing.
find_lab() {
  lab=${DEVICE_LAB:-$ROOT/../shared/device-lab}
  [[ -x $lab/$1 ]] || skip "no device lab in $lab (set DEVICE_LAB)"
  ((EUID == 0)) || skip 'the device lab needs root'
  command -v jq >/dev/null || die 'jq is missing: run scripts/setup.sh first'
  programs=${EDGERUNNER_PROGRAMS:-$ARTIFACTS/publish/linux-x64}
  local program
  for program in edgerunner edgefleet libonnxruntime.so.1; do
    [[ -e $programs/$program ]] || die "$programs/$program is missing: run scripts/publish.sh first"
  done
}

# demo_bundle NAME: the bundle that scripts/pack-demo-models.sh made.
demo_bundle() {
  local found=("$ARTIFACTS"/demo/models/"$1"-*.ermodel)
  [[ -f ${found[0]} ]] || die "no $1 bundle in artifacts/demo/models: run scripts/pack-demo-models.sh first"
  printf '%s\n' "${found[0]}"
}

# lay_out FOLDER: what packages would install, laid out as on a device, in FOLDER/device, and the scripts that run there beside it.
lay_out() {
  local work=$1 library
  mkdir -p "$work"/device/{usr/bin,etc/edgerunner,usr/lib/edgerunner,usr/lib/systemd/system,usr/lib/sysusers.d,srv}
  cp "$programs/edgerunner" "$programs/edgefleet" "$work/device/usr/bin/"
  # /usr/bin is no place for a library; the configuration names it.
  cp "$programs/libonnxruntime.so.1" "$work/device/usr/lib/edgerunner/"
  cp "$ROOT"/device-configs/systemd/*.service "$work/device/usr/lib/systemd/system/"
  for library in edgerunner edgefleet-depot; do
    cp "$ROOT/device-configs/systemd/$library.sysusers.conf" "$work/device/usr/lib/sysusers.d/$library.conf"
  done
  # The guest has no jq: ours, with the libraries it needs beside the C library.
  cp "$(command -v jq)" "$work/device/usr/bin/"
  mkdir -p "$work/device/usr/local/lib"
  ldd "$(command -v jq)" | sed -nE 's/.*=> (\S*lib(jq|onig)\S*) .*/\1/p' | xargs -I{} cp -L {} "$work/device/usr/local/lib/"
  cp -r "$ROOT/device-configs/mosquitto" "$work/"
  cp "$ROOT"/scripts/lab/*.{sh,json} "$ROOT/scripts/make-test-pki.sh" "$work/"
}

# Every sequence number of an epoch must have arrived once, none missing up to the last one, and all that $2 (a status of the
# daemon) says was accepted. The first is the file of a receiver: a JSON object a line.
check_received() { # RECEIVED STATUS
  if [[ ! -s $1 ]]; then say 'nothing was received'; return 1; fi
  local result received accepted
  # The receiver may have been ended in the middle of a line.
  result=$(jq -rRs '[split("\n")[] | fromjson? | select(.records) | [.first, .last]] | sort | unique
    | if length == 0 then "no records received"
      else reduce .[] as $r ({next: .[0][0], gaps: 0};
        if $r[0] > .next then .gaps += $r[0] - .next else . end | .next = ([.next, $r[1] + 1] | max))
      | "records received \(.next - 1), missing \(.gaps)" end' "$1")
  printf '%s\n' "$result"
  [[ $result == *', missing 0' ]] || return 1
  received=$(sed -nE 's/^records received ([0-9]+).*/\1/p' <<<"$result")
  accepted=$(jq '.telemetry.nextSeq - 1' "$2" 2>/dev/null || echo 0)
  if ((received < accepted)); then say "accepted before the stop $accepted, received only $received"; return 1; fi
}
