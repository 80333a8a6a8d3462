#!/usr/bin/env bash
# Builds the native binaries into artifacts/publish/RID. Usage: publish.sh [linux-x64|linux-arm64]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
"$ROOT/scripts/setup.sh"
exec dotnet msbuild "$ROOT/scripts/publish.proj" -nologo -v:minimal "-p:RuntimeIdentifier=${1:-linux-x64}"
