#!/usr/bin/env bash
# Makes a Debian 12 machine ready to build, test and demonstrate EdgeRunner. Run it as often as you like:
# it does only what is missing, says what it did, and is quiet when there is nothing to do.
#   EDGERUNNER_ONNXRUNTIME  your own libonnxruntime.so.1 (1.18 or newer): then none is downloaded
# Needs: bash, apt, the .NET SDK 10 on the PATH, root or sudo, and the network the first time.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_dotnet

packages=(
  mosquitto mosquitto-clients libmosquitto1  # the broker of tests and demo, an independent receiver, our MQTT library
  libsqlite3-0 sqlite3                       # the outbox, and a second opinion on its files
  clang zlib1g-dev                           # what NativeAOT links with
  gcc libc6-dev                              # the plain C loop that the benchmarks compare with
  pocketsphinx-testdata alsa-utils           # recorded speech and noise
  libonnx-testdata                           # the ONNX backend test suite
  jq bsdextrautils                           # what the demo reads and lines up its numbers with
  strace                                     # shows that ONNX Runtime opens no socket and writes no file; kills at a system call
  python3-securesystemslib                   # an independent signer of TUF metadata, and what it needs for all kinds of keys
  python3-cryptography python3-nacl
  fiu-utils                                  # makes system calls fail under the updates
  ca-certificates procps
)

# The package's own service would take port 1883 now and at each boot. A runtime mask keeps systemd from starting it
# during the installation; where there is no systemd, invoke-rc.d starts nothing in run level 1.
install_packages() {
  local own_broker=
  if [[ " $* " == *' mosquitto '* && -d /run/systemd/system ]]; then own_broker=1; fi
  say "installing with apt: $*"
  [[ -z $own_broker ]] || as_root systemctl mask --quiet --runtime mosquitto.service
  quietly apt-update as_root apt-get update -q -o DPkg::Lock::Timeout=600
  quietly apt-install as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
  if [[ $own_broker ]]; then
    as_root systemctl unmask --quiet --runtime mosquitto.service
    as_root systemctl disable --quiet mosquitto.service
    say 'the mosquitto service is installed but disabled; tests and demo start a broker of their own'
  fi
}

# from_npm PACKAGE FILE...: puts FILEs of a package into the folder $unpacked. The tarball must have the hash that
# package-lock.json states. Not 'npm ci', which would fetch all the JavaScript the packages depend on, and which in
# Debian's npm 9 knows no overrides that leave it out. Nothing of the package is run.
from_npm() {
  local package=$1 version integrity tarball
  shift
  version=$(npm_lock "$package" version)
  integrity=$(npm_lock "$package" integrity)
  (cd "$unpacked" && quietly npm npm pack --loglevel=error "$package@$version")
  tarball=$(find "$unpacked" -name '*.tgz')
  printf '%s  %s' "$(base64 -d <<<"${integrity#sha512-}" | od -An -v -tx1 | tr -d ' \n')" "$tarball" |
    sha512sum --check --status || die "npm's $package@$version is not the one in scripts/npm/package-lock.json"
  tar xzf "$tarball" -C "$unpacked" "$@"
  rm "$tarball"
}

npm_lock() { # PACKAGE FIELD
  node -p 'require(process.argv[1]).packages["node_modules/" + process.argv[2]][process.argv[3]]' \
    "$ROOT/scripts/npm/package-lock.json" "$@"
}

fetch_onnxruntime() {
  local architecture folder=package/bin/napi-v6/linux
  say 'downloading ONNX Runtime 1.30.0 (114 MB) with npm'
  from_npm onnxruntime-node "$folder"/{x64,arm64}/libonnxruntime.so.1
  for architecture in x64 arm64; do
    mkdir -p "$ARTIFACTS/native/linux-$architecture"
    mv "$unpacked/$folder/$architecture/libonnxruntime.so.1" "$ARTIFACTS/native/linux-$architecture/"
  done
  have native || die 'artifacts/native is not what scripts/npm/SHA256SUMS states'
  say 'it is in artifacts/native, for x64 and arm64'
}

fetch_silero() {
  say 'downloading the Silero VAD model (5 MB) with npm'
  from_npm @ricky0123/vad-web package/dist/silero_vad_v6.onnx
  mkdir -p "$ARTIFACTS/models"
  mv "$unpacked/package/dist/silero_vad_v6.onnx" "$ARTIFACTS/models/"
  have models || die 'artifacts/models is not what scripts/npm/SHA256SUMS states'
  say 'it is in artifacts/models'
}

# Of this one JavaScript is run, by tests alone, and so all that it depends on is needed: npm holds each package to its hash in the lock file.
fetch_tuf_js() {
  say 'downloading the TUF client that tests compare with (tuf-js, 11 MB) with npm'
  mkdir -p "$ARTIFACTS/interop"
  cp "$interop"/{.npmrc,package.json,package-lock.json} "$ARTIFACTS/interop/"
  (cd "$ARTIFACTS/interop" && quietly npm-interop npm ci --ignore-scripts)
  cp "$interop/package-lock.json" "$ARTIFACTS/interop/installed"
  say 'it is in artifacts/interop'
}

# have PREFIX: the files below artifacts/PREFIX are there and whole.
have() { (cd "$ARTIFACTS" && grep "  $1/" "$ROOT/scripts/npm/SHA256SUMS" | sha256sum --check --status 2>/dev/null); }

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done

downloads=()
if [[ ${EDGERUNNER_ONNXRUNTIME:-} ]]; then
  [[ -f $EDGERUNNER_ONNXRUNTIME ]] || die "EDGERUNNER_ONNXRUNTIME names no file: $EDGERUNNER_ONNXRUNTIME"
else
  have native || downloads+=(fetch_onnxruntime)
fi
have models || downloads+=(fetch_silero)
interop=$ROOT/tests/EdgeRunner.Trust.Tests/Interop/node
cmp -s "$interop/package-lock.json" "$ARTIFACTS/interop/installed" || downloads+=(fetch_tuf_js)

# Only where no npm is there already: Debian's would replace a newer Node.js. The tests run node too.
command -v npm >/dev/null || missing+=(npm)

((${#missing[@]} == 0)) || install_packages "${missing[@]}"
if ((${#downloads[@]})); then
  unpacked=$(mktemp -d "$ARTIFACTS/npm.XXXXXX")
  trap 'rm -rf "$unpacked"' EXIT
  for download in "${downloads[@]}"; do "$download"; done
fi
