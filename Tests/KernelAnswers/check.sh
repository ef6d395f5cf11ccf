#!/usr/bin/env bash
# Compares what all kernels give, on every instruction set that this machine has, with answers.txt; with the packages
# qemu-user-static, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross also on an emulated aarch64.
#
#   check.sh [--write]     writes answers.txt out of plain C
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../../Sources/CKernels
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
sources=("$kernels"/{plain,avx2,avx512,dispatch,pool}.c)

clang -O2 -I"$kernels/include" "$here/answers.c" "${sources[@]}" -lm -lpthread -o "$build/answers"
if [[ ${1:-} == --write ]]; then
  "$build/answers" plain > "$here/answers.txt"
fi
for isa in plain avx2 avx512; do
  if ! "$build/answers" $isa > "$build/$isa.txt" 2> "$build/why.txt"; then
    echo "$isa: not compared, $(cat "$build/why.txt")"
    continue
  fi
  diff "$here/answers.txt" "$build/$isa.txt"
  echo "$isa: all $(wc -l < "$here/answers.txt") answers agree"
done

if ! command -v aarch64-linux-gnu-gcc > /dev/null || ! command -v qemu-aarch64-static > /dev/null; then
  echo "aarch64: not compared, qemu-user-static, gcc-aarch64-linux-gnu or libc6-dev-arm64-cross is not installed"
  exit
fi
objects=()
for source in "$here/answers.c" "${sources[@]}"; do
  object=$build/$(basename "$source").o
  clang -O2 --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -I"$kernels/include" -c "$source" -o "$object"
  objects+=("$object")
done
aarch64-linux-gnu-gcc -static "${objects[@]}" -lm -lpthread -o "$build/answers-aarch64"
qemu-aarch64-static "$build/answers-aarch64" plain > "$build/aarch64.txt"
diff "$here/answers.txt" "$build/aarch64.txt"
echo "aarch64, emulated: all $(wc -l < "$here/answers.txt") answers agree"
