// Weights that a file holds in another order than the model: kernels of Keras 1, rows of a dense layer after a flatten.
import { StriateError } from "../../errors.ts";
import type { DataFormat } from "../../layers/index.ts";
import type { Model } from "../../model/index.ts";
import { permute, type Tensor, tensor } from "../../tensor/index.ts";
import { inOrderOf, type Rows, rowsByKey } from "../flattenOrder.ts";
import type { Hdf5Contents } from "../hdf5/index.ts";
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
   * How the file's net flattened pictures: `channelsFirst` for channels, rows, columns. Default: what the file says (its
   * model, or what Striate writes beside weights alone); channels first for PyTorch's files and for kernels of `th`; else
   * channels last, as Keras does, and where the model itself has channels first an error that asks for it.
   */
  readonly flattenedAs?: DataFormat;
}

/** How the numbers of a dataset become those of a weight. */
export type Arrange = (numbers: Float32Array<ArrayBuffer>) => Tensor<"float32">;

/**
 * For each weight of a plan how its numbers are arranged.
 * @param file what to call it in messages: its path
 * @param fileModel the file's own model and its plan, where the file describes one
 * @throws StriateError `shape` when rows would go to the wrong places and nothing says to which they belong
 */
export function arrangements(
  model: Model,
  plan: WeightPlan,
  contents: Hdf5Contents,
  options: OldWeightsOptions,
  file: string,
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
      const { shape } = weight.variable.spec;
      return [key, (numbers) => inOrderOf(tensor("float32", shape, numbers), rows, from, file, key)];
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
  const weight = stored ?? tensor("float32", shape, numbers);
  return isTurned ? turned(weight) : weight;
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
