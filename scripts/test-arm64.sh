#!/usr/bin/env bash
# Runs the managed tests of Native, Inference and Device as linux-arm64 under emulation, with arm64 ONNX Runtime, libmosquitto
# and SQLite. Slow (minutes), by hand; the last line is: N passed, N failed. What this shows and what not: docs/platforms.md.
#   ARM64_LAB          the lab's folder (default: shared/arm64-lab beside the repository); without it the tests are skipped
#   ARM64_LAB_CACHE    about 200 MB (default: ~/.cache/edgerunner-arm64-lab)
# Usage: test-arm64.sh [--filter EXPRESSION] [PROJECT...]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab=${ARM64_LAB:-$ROOT/../shared/arm64-lab}
[[ -x $lab/prepare.sh ]] || { say "skipped: no arm64 lab in $lab (set ARM64_LAB)"; exit 0; }
export ARM64_LAB_CACHE=${ARM64_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edgerunner-arm64-lab}

filter=
projects=()
while (($#)); do
  case $1 in
    --filter) filter=${2:?--filter needs an expression}; shift ;;
    *) projects+=("$1") ;;
  esac
  shift
done
((${#projects[@]})) || projects=(EdgeRunner.Native.Tests EdgeRunner.Inference.Tests EdgeRunner.Device.Tests)

# Tests that cannot run here, each with its reason.
excluded=(
  OrtPrivacyTests            # starts a child process, which is x64, with the arm64 ONNX Runtime
  OutboxKillTests            # kills a child process, which the lab's host cannot start
  SystemCallFilterTests.Restrained   # starts a child process, and the emulator has no seccomp
  ModelProbeTests            # start shell scripts, for the same reason
  SessionOpenerTests         # load a library that the host's compiler made, for x64
  Another_library_is_refused_as_such              # needs Environment.ProcessPath or Assembly.Location, empty in the
  Reason_of_the_systems_loader_is_passed_on       # lab's single-file host
)
for name in "${excluded[@]}"; do filter="${filter:+($filter)&}FullyQualifiedName!~$name"; done

"$ROOT/scripts/setup.sh"
"$lab/prepare.sh"
# The lab starts programs from a folder of links in its cache. Tests look for the repository above the program, so that
# folder is put into the repository.
mkdir -p "$ARTIFACTS/arm64/run"
if [[ ! -L $ARM64_LAB_CACHE/run ]]; then rm -rf "$ARM64_LAB_CACHE/run"; fi
ln -sfn "$ARTIFACTS/arm64/run" "$ARM64_LAB_CACHE/run"
# The arm64 library that setup.sh fetched; the lab's own copy is the same one.
export EDGERUNNER_ONNXRUNTIME=$ARTIFACTS/native/linux-arm64/libonnxruntime.so.1

counter() { sed -nE "s/.*<Counters [^>]*\b$1=\"([0-9]+)\".*/\1/p" "$2"; }
results=$ARTIFACTS/test-results-arm64
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0
for project in "${projects[@]}"; do
  say "$project: building for any processor"
  output=$ARTIFACTS/arm64/$project
  quietly "arm64-$project" dotnet publish "$ROOT/tests/$project" -c Debug -p:UseAppHost=false -p:RestoreLockedMode=true -o "$output" --nologo
  say "$project: running as arm64 (slow)"
  code=0
  # The emulator takes seconds to start, so the connection time-out is long; one test at a time, or time-outs inside tests bite.
  VSTEST_CONNECTION_TIMEOUT=600 dotnet vstest "$output/$project.dll" ${filter:+"--TestCaseFilter:$filter"} \
    "--ResultsDirectory:$results" "--logger:trx;LogFileName=$project.trx" '--logger:console;verbosity=minimal' -- \
    RunConfiguration.DotNetHostPath="$lab/dotnet-arm64.sh" RunConfiguration.TestSessionTimeout=3600000 xUnit.MaxParallelThreads=1 </dev/null || code=$?
  bad=0
  if [[ -f $results/$project.trx ]]; then
    bad=$(counter failed "$results/$project.trx")
    passed=$((passed + $(counter passed "$results/$project.trx")))
  fi
  if ((code != 0 && bad == 0)); then bad=1; fi
  failed=$((failed + bad))
done
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
