import type { Op } from "../graph/index.ts";
import { relu, reluGrad, sigmoid, tanh } from "./activations.ts";
import { argMax, argMin } from "./argMax.ts";
import { abs, add, ceil, div, floor, mul, neg, sign, sub } from "./arithmetic.ts";
import { batchNormalization, batchNormGrad, batchNormTraining } from "./batchNorm.ts";
import { bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor } from "./bitwise.ts";
import { cast } from "./cast.ts";
import { clip } from "./clip.ts";
import { equal, greater, greaterOrEqual, less, lessOrEqual, where } from "./compare.ts";
import { concat } from "./concat.ts";
import { constant, constantOfShape, identity, range, shape } from "./constants.ts";
import { conv, convInputGrad, convWeightGrad } from "./conv.ts";
import { convTranspose } from "./convTranspose.ts";
import { cumSum } from "./cumSum.ts";
import { depthToSpace, spaceToDepth } from "./depthToSpace.ts";
import { dropout, randomDropout } from "./dropout.ts";
import { elu, selu } from "./elu.ts";
import { erf, gelu } from "./erf.ts";
import { exp, log, pow, sqrt } from "./exponential.ts";
import { gather, gatherGrad } from "./gather.ts";
import { gatherElements } from "./gatherElements.ts";
import { gatherNd, scatterNd } from "./gatherNd.ts";
import { globalMaxPool } from "./globalMaxPool.ts";
import { hardSigmoid, hardSwish } from "./hardSigmoid.ts";
import { leakyRelu, pRelu } from "./leakyRelu.ts";
import { and, not, or } from "./logic.ts";
import {
  binaryCrossEntropy,
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} from "./losses.ts";
import { globalLpPool, lpPool } from "./lpPool.ts";
import { lrn, lrnGrad } from "./lrn.ts";
import { gemm, matMul } from "./matmul.ts";
import { isInf, isNan } from "./nonFinite.ts";
import { instanceNormalization, layerNormalization } from "./normalizations.ts";
import { pad } from "./pad.ts";
import { averagePool, averagePoolGrad, globalAveragePool, maxPool, maxPoolGrad } from "./pooling.ts";
import {
  reduceL1,
  reduceL2,
  reduceLogSum,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  reduceSumSquare,
} from "./reduce.ts";
import { expand, flatten, reshape } from "./reshape.ts";
import { resize, resizeGrad } from "./resize.ts";
import { mod, round, roundThrough } from "./rounding.ts";
import { oneHot, scatterElements } from "./scatter.ts";
import { slice } from "./slice.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { softplus, softsign } from "./softplus.ts";
import { split } from "./split.ts";
import { squeeze, unsqueeze } from "./squeeze.ts";
import { tile } from "./tile.ts";
import { topK } from "./topK.ts";
import { transpose } from "./transpose.ts";
import { acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan } from "./trigonometry.ts";
import { maxUnpool } from "./unpool.ts";
import {
  adagradUpdate,
  adamUpdate,
  centeredRmspropUpdate,
  momentumUpdate,
  rmspropUpdate,
  sgdUpdate,
} from "./updates.ts";
import { max, mean, min, sum } from "./variadic.ts";

/** Every op that Striate knows, by the name that its nodes carry. */
export const OPS: Readonly<Record<string, Op>> = Object.fromEntries(
  [
    ...[add, sub, mul, div, neg, abs, sign, floor, ceil, exp, log, sqrt, pow, erf, clip, max, min, sum, mean],
    ...[relu, reluGrad, sigmoid, tanh, softmax, logSoftmax, leakyRelu, pRelu, elu, selu, hardSigmoid, hardSwish],
    ...[softplus, softsign, gelu],
    ...[sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh, round, roundThrough, mod, isNan, isInf],
    ...[cast, equal, greater, greaterOrEqual, less, lessOrEqual, and, or, not, where],
    ...[bitwiseAnd, bitwiseOr, bitwiseXor, bitwiseNot],
    ...[identity, constant, constantOfShape, shape, range],
    ...[reshape, flatten, squeeze, unsqueeze, expand, tile, transpose, concat, split, slice, pad],
    ...[gatherElements, gatherNd, scatterNd, topK, cumSum],
    ...[gather, gatherGrad, scatterElements, oneHot, depthToSpace, spaceToDepth, resize, resizeGrad],
    ...[reduceSum, reduceMean, reduceMax, reduceMin, reduceProd, reduceL1, reduceL2, reduceSumSquare, reduceLogSum],
    ...[reduceLogSumExp, argMax, argMin],
    ...[matMul, gemm],
    ...[conv, convInputGrad, convWeightGrad, convTranspose],
    ...[maxPool, maxPoolGrad, averagePool, averagePoolGrad, globalAveragePool, globalMaxPool],
    ...[maxUnpool, lpPool, globalLpPool],
    ...[batchNormalization, batchNormTraining, batchNormGrad, instanceNormalization, layerNormalization, lrn, lrnGrad],
    ...[dropout, randomDropout],
    ...[softmaxCrossEntropy, sparseSoftmaxCrossEntropy, meanSquaredError, binaryCrossEntropy, sigmoidCrossEntropy],
    ...[sgdUpdate, momentumUpdate, adagradUpdate, rmspropUpdate, centeredRmspropUpdate, adamUpdate],
  ].map((op: Op) => [op.name, op]),
);
