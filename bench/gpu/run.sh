#!/bin/sh
# Measures training steps on this machine's GPU against the machine's PyTorch. Needs no network.
# Run it as: sh run. Options: --case NAME, --rounds N, --device NAME, --precision NAME, --every-position,
# --python PROGRAM, --json FILE. CUDA_PROVIDER may name a folder with ONNX Runtime's
# libonnxruntime_providers_cuda.so and libonnxruntime_providers_shared.so.
set -eu
PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
export PATH
here=$(cd "$(dirname "$0")" && pwd)
# Everything is unpacked into a temporary folder, since this one may be read-only.
work=$(mktemp -d "${TMPDIR:-/tmp}/tunebook-gpu-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cp -R "$here/files/." "$work"
gzip -dc "$here/deno.gz" > "$work/deno"
chmod +x "$work/deno"
# Vulkan's window systems complain without it; nothing is shown here.
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-$work}"
export DENO_DIR="$work/cache" DENO_NO_UPDATE_CHECK=1
binaries="$work/node_modules/onnxruntime-node/bin/napi-v6/linux/x64"
"$work/deno" run --allow-read --allow-write "$work/unpack.js" \
  "$here/libonnxruntime.so.1.br" "$binaries/libonnxruntime.so.1"
if [ -n "${CUDA_PROVIDER:-}" ]; then
  for library in "$CUDA_PROVIDER"/libonnxruntime_providers_*.so; do ln -s "$library" "$binaries/"; done
fi
# The Vulkan loader of the pack serves where the machine has none.
if [ -f "$work/lib/libvulkan.so.1" ] && ! /sbin/ldconfig -p 2>/dev/null | grep -q 'libvulkan\.so\.1'
then
  export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$work/lib"
fi
# Container hosts mount NVIDIA's driver where the loader does not look.
mounted=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && [ -f "$mounted" ]; then
  export VK_DRIVER_FILES="$mounted"
fi
"$work/deno" run --allow-all --unstable-webgpu "$work/measure.js" "$@"
