#!/usr/bin/env bash
# Makes src/simd/module.ts from the AssemblyScript in src/simd/assembly. Needed only when that changes.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
npm install --silent --no-save --ignore-scripts --prefix "$tools" assemblyscript@0.28.20
node "$tools/node_modules/assemblyscript/bin/asc.js" src/simd/assembly/index.ts --outFile "$tools/kernels.wasm" \
  -O3 --enable simd --noAssert --runtime stub --use abort= --disableWarning 112
cat >src/simd/module.ts <<END
// Made by scripts/make-simd.sh from src/simd/assembly.

/** SHA-256 of what it was made from: the files that AssemblyScript reads, in the order of tests/quick/simd.test.ts. */
export const SOURCES_SHA256 = "$(cat src/simd/fixedPoint.ts src/simd/insideCoordinate.ts src/simd/assembly/*.ts | sha256sum | cut -d ' ' -f 1)";

/** The module's bytes in base64. */
export const MODULE =
  "$(base64 --wrap 0 "$tools/kernels.wasm")";
END
