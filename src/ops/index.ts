export { relu, reluGrad, sigmoid, tanh } from "./activations.ts";
export { argMax } from "./argMax.ts";
export { abs, add, div, floor, mul, neg, sign, sub } from "./arithmetic.ts";
export { batchNormalization, batchNormTraining } from "./batchNorm.ts";
export { bitwiseAnd } from "./bitwise.ts";
export { cast, castTo } from "./cast.ts";
export { clip } from "./clip.ts";
export { equal, greater, less, where } from "./compare.ts";
export { concat } from "./concat.ts";
export { shape } from "./constants.ts";
export { conv } from "./conv.ts";
export { convTranspose } from "./convTranspose.ts";
export { cumSum } from "./cumSum.ts";
export { depthToSpace } from "./depthToSpace.ts";
export { dropout, randomDropout } from "./dropout.ts";
export { elu, selu } from "./elu.ts";
export { erf, gelu } from "./erf.ts";
export { exp, log, pow, sqrt } from "./exponential.ts";
export { formula } from "./formula.ts";
export { gather } from "./gather.ts";
export { gatherElements } from "./gatherElements.ts";
export { globalMaxPool } from "./globalMaxPool.ts";
export { hardSigmoid, hardSwish } from "./hardSigmoid.ts";
export { interpret } from "./interpret.ts";
export { leakyRelu, pRelu } from "./leakyRelu.ts";
export { not } from "./logic.ts";
export {
  binaryCrossEntropy,
  EPSILON,
  meanSquaredError,
  oneHotLike,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} from "./losses.ts";
export { lrn } from "./lrn.ts";
export { gemm, matMul } from "./matmul.ts";
export { instanceNormalization, layerNormalization } from "./normalizations.ts";
export { normalize } from "./normalize.ts";
export { ONNX_TYPES } from "./onnxTypes.ts";
export { pad, zeroPad } from "./pad.ts";
export { averagePool, globalAveragePool, maxPool, maxPoolGrad } from "./pooling.ts";
export {
  reduceL1,
  reduceL2,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
} from "./reduce.ts";
export { expand, expandTo, flatten, reshape, reshapeTo } from "./reshape.ts";
export { resize, resizeApart } from "./resize.ts";
export { mod, round, roundThrough } from "./rounding.ts";
export { type SampleGraph, sampleGraph } from "./samples.ts";
export { oneHot, scatterElements } from "./scatter.ts";
export { reverseAxes, slice, sliceAxis } from "./slice.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export { softplus, softsign } from "./softplus.ts";
export { split } from "./split.ts";
export { squeeze } from "./squeeze.ts";
export { OPS } from "./table.ts";
export { inversePermutation, transpose, transposeBy } from "./transpose.ts";
export { cos, sin } from "./trigonometry.ts";
export { maxUnpool } from "./unpool.ts";
export {
  adagradUpdate,
  adamUpdate,
  centeredRmspropUpdate,
  momentumUpdate,
  rmspropUpdate,
  sgdUpdate,
} from "./updates.ts";
export { type ValueMath, valueMath } from "./valueMath.ts";
export { max, min } from "./variadic.ts";
