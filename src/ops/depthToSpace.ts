import { StriateError } from "../errors.ts";
import {
  defineOp,
  type GradientThunk,
  type GraphBuilder,
  int,
  type Reals,
  string,
  type Value,
} from "../graph/index.ts";
import { at, type Shape, shapeText } from "../tensor/index.ts";
import { reshapeTo } from "./reshape.ts";
import { inversePermutation, transposeBy, transposeReals } from "./transpose.ts";

/** A move of elements: the input seen as `split`, its axes permuted, seen as `joined`. */
interface Move {
  readonly split: Shape;
  readonly perm: readonly number[];
  readonly joined: Shape;
}

function move({ data }: Reals, { split, perm, joined }: Move): Reals {
  return { shape: joined, data: transposeReals({ shape: split, data }, perm).data };
}

/** The move taken back, which is its gradient. */
function moveBack(g: GraphBuilder, value: Value, { split, perm }: Move, shape: Shape): Value {
  const permuted = reshapeTo(
    g,
    value,
    perm.map((axis) => at(split, axis)),
  );
  return reshapeTo(g, transposeBy(g, permuted, inversePermutation(perm)), shape);
}

function sizes(op: string, shape: Shape): [batch: number, channels: number, height: number, width: number] {
  const [batch, channels, height, width] = shape;
  if (
    batch === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    shape.length > 4
  ) {
    throw new StriateError("shape", `${op} takes [batch, channels, height, width], received ${shapeText(shape)}`);
  }
  return [batch, channels, height, width];
}

/** Channels to blocks of pixels: as [block, block, depth] with mode DCR, as [depth, block, block] with CRD. */
function depthToSpaceMove(shape: Shape, block: number, mode: string): Move {
  const [batch, channels, height, width] = sizes("DepthToSpace", shape);
  const depth = channels / block ** 2;
  if (!Number.isInteger(depth) || (mode !== "DCR" && mode !== "CRD")) {
    throw new StriateError(
      "shape",
      `DepthToSpace: ${shapeText(shape)} does not go into blocks of ${block}x${block} by mode ${mode}`,
    );
  }
  const joined = [batch, depth, height * block, width * block];
  return mode === "DCR"
    ? { split: [batch, block, block, depth, height, width], perm: [0, 3, 4, 1, 5, 2], joined }
    : { split: [batch, depth, block, block, height, width], perm: [0, 1, 4, 2, 5, 3], joined };
}

/** Moves channels into blocks of pixels (sub-pixel convolution, Shi et al. 2016). */
export const depthToSpace = defineOp({
  name: "DepthToSpace",
  inputs: ["input"],
  attributes: { blocksize: int(2), mode: string<string>("DCR") },
  infer: ({ input }, { blocksize, mode }) => [
    { dtype: input.dtype, shape: depthToSpaceMove(input.shape, blocksize, mode).joined },
  ],
  reference: ({ input }, { blocksize, mode }) => [move(input, depthToSpaceMove(input.shape, blocksize, mode))],
  gradient: ({ g, input, attributes: { blocksize, mode }, dOutput }): { input: GradientThunk } => ({
    input: () => moveBack(g, dOutput, depthToSpaceMove(input.shape, blocksize, mode), input.shape),
  }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: ["DCR", "CRD"].map((mode) => ({
    name: mode,
    inputs: [{ shape: [2, 8, 2, 3] }],
    attributes: { blocksize: 2, mode },
  })),
});

function spaceToDepthMove(shape: Shape, block: number): Move {
  const [batch, channels, height, width] = sizes("SpaceToDepth", shape);
  const [rows, columns] = [height / block, width / block];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) {
    throw new StriateError("shape", `SpaceToDepth: ${shapeText(shape)} has no whole blocks of ${block}x${block}`);
  }
  const joined = [batch, channels * block ** 2, rows, columns];
  return { split: [batch, channels, rows, block, columns, block], perm: [0, 3, 5, 1, 2, 4], joined };
}

/** Moves blocks of pixels into channels: DepthToSpace with mode DCR taken back. */
export const spaceToDepth = defineOp({
  name: "SpaceToDepth",
  inputs: ["input"],
  attributes: { blocksize: int(2) },
  infer: ({ input }, { blocksize }) => [{ dtype: input.dtype, shape: spaceToDepthMove(input.shape, blocksize).joined }],
  reference: ({ input }, { blocksize }) => [move(input, spaceToDepthMove(input.shape, blocksize))],
  gradient: ({ g, input, attributes: { blocksize }, dOutput }): { input: GradientThunk } => ({
    input: () => moveBack(g, dOutput, spaceToDepthMove(input.shape, blocksize), input.shape),
  }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [{ name: "2x2", inputs: [{ shape: [2, 2, 4, 6] }], attributes: { blocksize: 2 } }],
});
