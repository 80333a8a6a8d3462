#!/usr/bin/env bash
# Builds everything, publishes the native binaries and runs all tests. The last line is: N passed, N failed.
# Usage: test.sh [--fast] [--filter EXPRESSION] [PROJECT...]
#   --fast      without the native binaries, and so without the end-to-end tests
#   --filter    as of 'dotnet test', e.g. FullyQualifiedName~Outbox
#   PROJECT     only these, e.g. EdgeRunner.Native.Tests
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fast=
filter=()
projects=()
while (($#)); do
  case $1 in
    --fast) fast=1 ;;
    --filter) filter=(--filter "${2:?--filter needs an expression}"); shift ;;
    -*) sed -n '2,6s/^# \?//p' "$0" >&2; exit 2 ;;
    *) projects+=("$1") ;;
  esac
  shift
done
if ((${#projects[@]} == 0)); then
  for project in "$ROOT"/tests/*.Tests/ "$ROOT"/tests/EdgeRunner.EndToEnd/; do projects+=("$(basename "$project")"); done
fi

"$ROOT/scripts/setup.sh"
say 'restoring packages, as the lock files state'
quietly restore dotnet restore "$ROOT/EdgeRunner.sln" --locked-mode
say 'building'
quietly build dotnet build "$ROOT/EdgeRunner.sln" --no-restore --nologo -clp:NoSummary
if [[ -z $fast ]]; then
  say 'publishing the native binaries (a minute the first time)'
  "$ROOT/scripts/publish.sh"
  "$ROOT/scripts/pack-demo-models.sh"
fi

# counter NAME FILE: an attribute of the <Counters> element of a .trx file.
counter() { sed -nE "s/.*<Counters [^>]*\b$1=\"([0-9]+)\".*/\1/p" "$2"; }

results=$ARTIFACTS/test-results
rm -rf "$results"
passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  if [[ $fast && $project == EdgeRunner.EndToEnd ]]; then continue; fi
  assembly=$ARTIFACTS/bin/$project/debug/$project.dll
  [[ -f $assembly ]] || die "there is no test project $project"
  say "running $project"
  code=0
  # One project after the other: the tests of the kernel's clocks and of a real broker want the machine for themselves.
  dotnet test "$assembly" "${filter[@]}" --nologo --logger "trx;LogFileName=$project.trx" --results-directory "$results" \
    --logger 'console;verbosity=minimal' --blame-hang --blame-hang-timeout 5m --blame-hang-dump-type none </dev/null || code=$?
  trx=$results/$project.trx
  bad=0
  if [[ -f $trx ]]; then
    bad=$(($(counter failed "$trx") + $(counter error "$trx") + $(counter timeout "$trx") + $(counter aborted "$trx")))
    passed=$((passed + $(counter passed "$trx")))
    skipped=$((skipped + $(counter total "$trx") - $(counter executed "$trx")))
  fi
  # A test host that died, hung or never started has failed, whatever it wrote before.
  if ((code != 0 && bad == 0)); then bad=1; fi
  failed=$((failed + bad))
done

if ((passed + failed == 0)); then say 'no test was run'; failed=1; fi
if ((skipped)); then printf '%d skipped\n' "$skipped"; fi
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
