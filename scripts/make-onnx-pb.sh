#!/usr/bin/env bash
# Makes src/onnx/onnx_pb.ts from src/onnx/onnx.proto. Needed only when that file changes.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
npm install --silent --no-save --ignore-scripts --prefix "$tools" @bufbuild/buf@1 @bufbuild/protoc-gen-es@2
export PATH="$tools/node_modules/.bin:$PATH"
cat >"$tools/buf.gen.yaml" <<END
version: v2
plugins:
  - local: protoc-gen-es
    out: src/onnx
    opt: [target=ts, import_extension=none]
END
buf generate src/onnx --template "$tools/buf.gen.yaml"
