export { withFreeBatch } from "./freeBatch.ts";
export { type LowerOptions, lower, passesOf } from "./lower.ts";
export type { ReadExternal } from "./read/externalData.ts";
export { type InstantiateOptions, instantiate, type ReadOptions, readOnnxGraph } from "./read/instantiate.ts";
export {
  nodeText,
  type OnnxAttribute,
  type OnnxBody,
  type OnnxInput,
  type OnnxModel,
  type OnnxNode,
} from "./read/model.ts";
export { fedWeights, type OnnxParameter, parametersOf } from "./read/parameters.ts";
export { type ParseOptions, parseOnnx } from "./read/parse.ts";
export type { Rebatch, Shapes } from "./read/rebatch.ts";
export { copy, rewriteNodes } from "./rewriteNodes.ts";
export { nextName, OPSET, type WriteOptions, writeOnnx } from "./write.ts";
