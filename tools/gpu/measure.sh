#!/bin/sh
# Measures the WebGPU back-end on this machine: `sh measure.sh gpu.tar.gz out`. Needs tar, gzip, a
# Vulkan driver and the C library; no network, no Node. Under nine minutes. Writes out/gpu.json
# and out/gpu.log. With `--tiny` behind it, the same at sizes of a test.
set -eu
archive=$1
out=$2
shift 2
mkdir -p "$out/unpacked"
out=$(cd "$out" && pwd)
tar -xzf "$archive" -C "$out/unpacked"
# The loader of this machine first, which knows its driver; that of the archive where it has none.
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$out/unpacked/lib-if-missing"
if ! "$out/unpacked/node" "$out/unpacked/blurcycle/bin/measure.mjs" --has-vulkan; then
  mv "$out/unpacked/lib" "$out/unpacked/lib-if-missing"
fi
exec "$out/unpacked/node" "$out/unpacked/blurcycle/bin/measure.mjs" "$out" "$@"
