#!/usr/bin/env bash
# Builds the native binaries into artifacts/publish/RID. Usage: publish.sh [linux-x64|linux-arm64]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/setup.sh"
runtime=${1:-linux-x64}
quietly "publish-$runtime" dotnet msbuild "$ROOT/scripts/publish.proj" -nologo -v:minimal "-p:RuntimeIdentifier=$runtime"
say "edgerunner and edgefleet are in artifacts/publish/$runtime"
