#!/usr/bin/env bash
# Makes certificates for a fleet's broker with openssl: an authority, the broker, the roles of its ACL, and devices.
#
#   scripts/make-test-pki.sh [--san NAME]... DIR [DEVICE...]
#
# For first steps and tests: the authority's key lies unencrypted in DIR. In earnest use an authority of your own and take
# over what counts: the common name of a client certificate is the user that the broker's ACL goes by.
#
#   ca.crt ca.key                  the authority; devices and the broker need ca.crt, nobody needs ca.key but this script
#   broker.crt broker.key          for localhost, this host's name, 127.0.0.1, ::1 and each --san NAME or address
#   depot.crt depot.key            common name "depot": edgefleet depot. Several depots: the same name, each a key of its own (depot-2.crt ...)
#   fleet.crt fleet.key            common name "fleet": the fleet manager's edgefleet
#   receiver.crt receiver.key      common name "receiver": what receives telemetry and events
#   DEVICE.crt DEVICE.key          common name = the device's id
#
# Run it again at any time: what is there stays, what is missing or ends within 30 days is made (anew), and the broker's
# certificate also when a name was added.
set -euo pipefail

readonly ROLES=(depot depot-2 fleet receiver)
readonly DAYS_CA=3650 DAYS=825 RENEW_SECONDS=$((30 * 86400))

say() { printf 'make-test-pki: %s\n' "$*" >&2; }
die() { say "$*"; exit "${code:-1}"; }
usage() { code=2 die "$* Usage: make-test-pki.sh [--san NAME]... DIR [DEVICE...]"; }

sans=(localhost 127.0.0.1 ::1)
host=$(hostname 2>/dev/null || true)
if [[ $host =~ ^[A-Za-z0-9.-]+$ ]]; then sans+=("$host"); fi
arguments=()
while (($#)); do
  case $1 in
    --san) [[ ${2-} =~ ^[A-Za-z0-9.:*-]+$ ]] || usage "--san '${2-}' is no name and no address."; sans+=("$2"); shift 2 ;;
    --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) usage "$1 is not known." ;;
    *) arguments+=("$1"); shift ;;
  esac
done
((${#arguments[@]} > 0)) || usage 'Say where to put them.'
directory=${arguments[0]}
devices=("${arguments[@]:1}")
for device in "${devices[@]}"; do
  [[ $device =~ ^[A-Za-z0-9._-]{1,64}$ && ! $device =~ ^\.+$ ]] || usage "'$device' cannot be the id of a device: 1 to 64 of A-Z a-z 0-9 . _ - and not dots only."
  for role in ca broker "${ROLES[@]}"; do
    [[ $device != "$role" ]] || usage "No device may be called '$role': its certificate would have the rights of that role."
  done
done
command -v openssl >/dev/null || die 'openssl is not installed (Debian: apt-get install openssl).'

umask 077
mkdir -p "$directory"
cd "$directory"

# Runs openssl; what it says is shown only when it fails.
quiet() {
  local output
  output=$("$@" 2>&1) || { printf '%s\n' "$output" >&2; die "failed: $*"; }
}

new_key() { quiet openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

subject_alternative_names() {
  local name list=()
  for name in "${sans[@]}"; do
    if [[ $name =~ ^[0-9.]+$ || $name == *:* ]]; then list+=("IP:$name"); else list+=("DNS:$name"); fi
  done
  local IFS=,
  printf '%s' "${list[*]}"
}

# is_good NAME: a key, and a certificate of our authority for it that lasts a while.
is_good() {
  [[ -s $1.crt && -s $1.key ]] || return 1
  openssl x509 -in "$1.crt" -noout -checkend "$RENEW_SECONDS" >/dev/null 2>&1 || { say "$1.crt ends soon or is damaged: made anew"; return 1; }
  openssl verify -CAfile ca.crt "$1.crt" >/dev/null 2>&1 || { say "$1.crt is not of this authority: made anew"; return 1; }
}

# issue FILE COMMON-NAME USAGE [EXTENSION]: a certificate, with the key that is there or a new one.
issue() {
  local name=$1 common=$2 purpose=$3 more=${4-}
  [[ -s $name.key ]] || new_key "$name.key"
  printf '%s\n' 'basicConstraints=critical,CA:FALSE' 'keyUsage=critical,digitalSignature' "extendedKeyUsage=$purpose" \
    'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid' ${more:+"$more"} >.extensions
  quiet openssl req -new -key "$name.key" -subj "/CN=$common" -out .request
  quiet openssl x509 -req -in .request -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -days "$DAYS" -sha256 -extfile .extensions -out ".new.crt"
  mv .new.crt "$name.crt"
  chmod 644 "$name.crt"
  rm -f .request .extensions
  made+=("$name.crt")
}

made=()
if [[ -s ca.crt && -s ca.key ]]; then
  openssl x509 -in ca.crt -noout -checkend "$RENEW_SECONDS" >/dev/null 2>&1 ||
    die "$directory/ca.crt ends soon or is damaged. A new authority means new certificates for all: move $directory away and run this again."
elif [[ -e ca.crt || -e ca.key ]]; then
  die "$directory has only one of ca.crt and ca.key. Put the other one back, or move the directory away for a new authority."
else
  new_key ca.key
  printf '%s\n' '[req]' 'distinguished_name=name' 'x509_extensions=ca' 'prompt=no' '[name]' "CN=EdgeRunner test CA $(openssl rand -hex 4)" \
    '[ca]' 'basicConstraints=critical,CA:TRUE,pathlen:0' 'keyUsage=critical,keyCertSign,cRLSign' 'subjectKeyIdentifier=hash' >.ca.cnf
  quiet openssl req -x509 -new -key ca.key -sha256 -days "$DAYS_CA" -config .ca.cnf -out .new.crt
  mv .new.crt ca.crt
  chmod 644 ca.crt
  rm -f .ca.cnf
  made+=(ca.crt)
fi

names=$(subject_alternative_names)
if ! is_good broker || [[ $(cat broker.names 2>/dev/null) != *"$names"* ]]; then
  issue broker localhost serverAuth "subjectAltName=$names"
  printf '%s\n' "$names" >broker.names
fi
for role in "${ROLES[@]}"; do
  is_good "$role" || issue "$role" "${role%-2}" clientAuth
done
for device in "${devices[@]}"; do
  is_good "$device" || issue "$device" "$device" clientAuth
done

if ((${#made[@]} == 0)); then
  say "everything is there in $directory: nothing was made"
else
  say "made in $directory: ${made[*]}"
  say 'ca.key can sign for anybody: do not copy it, and do not use this authority for a fleet that matters'
fi
