#!/usr/bin/env pwsh
# Builds the native binaries into artifacts/publish; all logic is in scripts/publish.proj.
param([ValidateSet('linux-x64', 'linux-arm64')][string] $Runtime = 'linux-x64')
dotnet msbuild "$PSScriptRoot/scripts/publish.proj" -nologo -v:minimal "-p:RuntimeIdentifier=$Runtime"
exit $LASTEXITCODE
