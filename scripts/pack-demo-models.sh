#!/usr/bin/env bash
# Packs the three demo models with the published edgefleet into artifacts/demo/models; a no-op when nothing has changed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

programs=$ARTIFACTS/publish/linux-x64
bundles=$ARTIFACTS/demo/models
mkdir -p "$bundles"

for model in silero-vad shuttle-forest ecg-autoencoder; do
  source=$ROOT/device-configs/demo/models/$model
  old=("$bundles/$model"-*.ermodel)
  if [[ -f ${old[0]} && -z $(find "$source" "$programs/edgefleet" -newer "${old[0]}" -print -quit) ]]; then continue; fi
  rm -f "${old[@]}"
  files=()
  if [[ $model == silero-vad ]]; then files=(--file "silero_vad_v6.onnx=$ARTIFACTS/models/silero_vad_v6.onnx"); fi
  # Made beside its place and moved, so that two scripts at once never see half a bundle.
  new=$(mktemp -d "$ARTIFACTS/demo/new.XXXXXX")
  quietly "pack-$model" "$programs/edgefleet" model pack "$source" "${files[@]}" -o "$new/bundle.ermodel"
  version=$(sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$source/model.json" | head -n 1)
  mv "$new/bundle.ermodel" "$bundles/$model-$version.ermodel"
  rmdir "$new"
  say "packed $model $version"
done
