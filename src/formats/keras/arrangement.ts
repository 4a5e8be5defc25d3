// Weights that a file holds in another order than the model: kernels of Keras 1, rows of a dense layer after a flatten.
import { StriateError } from "../../errors.ts";
import type { DataFormat } from "../../layers/index.ts";
import { Model } from "../../model/index.ts";
import { permute, type Tensor, tensor } from "../../tensor/index.ts";
import type { Hdf5Contents } from "../hdf5/index.ts";
import { denseRows, type Rows } from "./flattenOrder.ts";
import { backendOf } from "./layerGroups.ts";
import { filtersFirst, type PlannedWeight, type WeightPlan } from "./weightPlan.ts";

/** What an old file may leave unsaid of its weights. */
export interface OldWeightsOptions {
  /**
   * Keras 1's image_dim_ordering of the file: with `th` kernels are [filters, channels, height, width]. Default: what fits
   * the shapes.
   */
  readonly dimOrdering?: "th" | "tf";
  /**
   * Who trained the file's net. Theano turns kernels by 180 degrees when it convolves, so they are turned back. Default:
   * what the file says, else Theano for `th`.
   */
  readonly backend?: "theano" | "tensorflow";
  /**
   * How the file's net flattened pictures: `channelsFirst` for channels, rows, columns. Default: what its config says; for
   * kernels of `th` channels first; else as the model does.
   */
  readonly flattenedAs?: DataFormat;
}

/** How the numbers of a dataset become those of a weight. */
export type Arrange = (numbers: Float32Array<ArrayBuffer>) => Tensor<"float32">;

/**
 * For each weight of a plan how its numbers are arranged.
 * @param fileModel the file's own model and its plan, where the file describes one
 * @throws StriateError `shape` when rows would go to the wrong places and nothing says to which they belong
 */
export function arrangements(
  model: Model,
  plan: WeightPlan,
  contents: Hdf5Contents,
  options: OldWeightsOptions,
  fileModel?: { readonly model: Model; readonly plan: WeightPlan },
): ReadonlyMap<string, Arrange> {
  const planned = [...plan.datasets];
  const isTh = options.dimOrdering === "th" || planned.some(([, { isFiltersFirst }]) => isFiltersFirst);
  const backend = options.backend ?? backendOf(contents) ?? (isTh ? "theano" : "tensorflow");
  const target = rowsByKey(model);
  const fileRows = new Map<string, Rows>();
  if (fileModel) {
    const rows = rowsByKey(fileModel.model);
    for (const [key, { dataset }] of fileModel.plan.datasets) {
      const found = rows.get(key);
      if (found) fileRows.set(dataset, found);
    }
  }
  return new Map(
    planned.map(([key, weight]) => {
      if (isKernel(weight)) return [key, (numbers) => kernel(numbers, weight, isTh, backend === "theano")];
      const from = options.flattenedAs ?? fileRows.get(weight.dataset)?.order ?? (isTh ? "channelsFirst" : undefined);
      const rows = target.get(key);
      if (!rows && fileRows.get(weight.dataset)?.order === "channelsFirst" && options.flattenedAs === undefined) {
        throw new StriateError(
          "shape",
          `the rows of ${key} stand for pictures with channels first in the file, and how model ${model.name} flattens ` +
            "pictures cannot be seen; give the layers before it their dataFormat, or say flattenedAs",
        );
      }
      return [key, (numbers) => reordered(tensor("float32", weight.variable.spec.shape, numbers), rows, from)];
    }),
  );
}

function isKernel({ variable }: PlannedWeight): boolean {
  return variable.spec.name === "kernel" && variable.spec.shape.length === 4;
}

function kernel(
  numbers: Float32Array<ArrayBuffer>,
  { variable }: PlannedWeight,
  isTh: boolean,
  isTurned: boolean,
): Tensor<"float32"> {
  const { shape } = variable.spec;
  const stored = isTh ? permute(tensor("float32", filtersFirst(shape), numbers), [2, 3, 1, 0]) : undefined;
  const made = stored ?? tensor("float32", shape, numbers);
  return isTurned ? turned(made) : made;
}

/** A kernel [height, width, ...] turned by 180 degrees. */
function turned({ shape, data }: Tensor<"float32">): Tensor<"float32"> {
  const [height = 1, width = 1] = shape;
  const places = height * width;
  const size = data.length / places;
  const result = new Float32Array(data.length);
  for (let i = 0; i < places; i++) result.set(data.subarray(i * size, (i + 1) * size), (places - 1 - i) * size);
  return tensor("float32", shape, result);
}

function reordered(made: Tensor<"float32">, rows: Rows | undefined, from?: DataFormat): Tensor<"float32"> {
  if (!rows || from === undefined || rows.order === from) return made;
  const { height, width, channels } = rows;
  const units = made.shape[1] ?? 1;
  const isFirst = from === "channelsFirst";
  const picture = isFirst ? [channels, height, width, units] : [height, width, channels, units];
  const moved = permute(tensor("float32", picture, made.data), isFirst ? [1, 2, 0, 3] : [2, 0, 1, 3]);
  return tensor("float32", made.shape, moved.data);
}

function rowsByKey(model: Model): ReadonlyMap<string, Rows> {
  const rows = denseRows(model);
  const found = new Map<string, Rows>();
  const visit = (inner: Model, prefix: string) => {
    for (const { name, layer } of inner.layers) {
      const own = rows.get(layer);
      if (own) found.set(`${prefix}${name}/kernel`, own);
      if (layer instanceof Model) visit(layer, `${prefix}${name}/`);
    }
  };
  visit(model, "");
  return found;
}
