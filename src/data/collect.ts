import { checkOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { type Shape, sameShape, shapeText } from "../tensor/shape.ts";
import { type Tensor, typeText } from "../tensor/tensor.ts";
import { type ArraysOptions, arrays } from "./arrays.ts";
import type { SingleInputDataset } from "./dataset.ts";

/** One example of a stream. */
export interface Example {
  /** One example without a batch, such as [height, width, channels]: uint8 (scaled to 0..1) or float32. */
  readonly input: Tensor;
  /** Its class. */
  readonly target: number;
}

/**
 * A data set of whatever a stream gives: rows of a database, frames of a film, an archive's entries. Training reads in
 * random order and many times, so the examples are kept in memory.
 *
 * @param options `maxBytes`: the most that is kept, default 1 GiB; the classes, as `arrays` takes them
 * @throws StriateError `data` where there are none, they have unlike shapes or types, or more than `maxBytes`
 */
export async function collect(
  examples: AsyncIterable<Example> | Iterable<Example>,
  options: Pick<ArraysOptions, "classes" | "classNames" | "scale"> & { readonly maxBytes?: number } = {},
): Promise<SingleInputDataset> {
  checkOptions("collect", options, { classes: true, classNames: true, scale: true, maxBytes: true });
  const { maxBytes = 2 ** 30, ...known } = options;
  const rows: Tensor[] = [];
  const targets: number[] = [];
  let bytes = 0;
  for await (const { input, target } of examples) {
    const [first = input] = rows;
    if (!sameShape(first.shape, input.shape) || first.dtype !== input.dtype) {
      throw new StriateError(
        "data",
        `example ${rows.length} of the stream is ${typeText(input)}, the first one ${typeText(first)}; resize them to one shape`,
      );
    }
    bytes += input.data.byteLength;
    if (bytes > maxBytes) {
      throw new StriateError(
        "data",
        `the stream has more than ${maxBytes} bytes by its example ${rows.length}; raise maxBytes, or keep files on disk ` +
          "and use imageFolder",
      );
    }
    rows.push({ ...input, data: input.data.slice() } as Tensor);
    targets.push(target);
  }
  const [first] = rows;
  if (!first) throw new StriateError("data", "the stream gave no examples");
  return arrays({ inputs: stacked(rows, first), targets, ...known });
}

function stacked(rows: readonly Tensor[], { dtype, shape }: Tensor): Tensor {
  const all: Shape = [rows.length, ...shape];
  const size = shape.reduce((product, side) => product * side, 1);
  if (dtype !== "uint8" && dtype !== "float32") {
    throw new StriateError("data", `examples are uint8 or float32; got ${dtype}${shapeText(shape)}`);
  }
  const data = dtype === "uint8" ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size);
  for (const [row, { data: values }] of rows.entries()) data.set(values as Float32Array, row * size);
  return { dtype, shape: all, data } as Tensor;
}
