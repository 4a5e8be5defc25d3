export { withFreeBatch } from "./freeBatch.ts";
export type { ReadExternal } from "./read/externalData.ts";
export { type InstantiateOptions, instantiate, type ReadOptions, readOnnxGraph } from "./read/instantiate.ts";
export type { OnnxAttribute, OnnxInput, OnnxModel, OnnxNode } from "./read/model.ts";
export { type OnnxParameter, parametersOf } from "./read/parameters.ts";
export { type ParseOptions, parseOnnx } from "./read/parse.ts";
export type { Shapes } from "./read/rebatch.ts";
export { lower } from "./rewrite.ts";
export { nextName, OPSET, type WriteOptions, writeOnnx } from "./write.ts";
