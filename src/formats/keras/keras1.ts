// The words of Keras 1 (and 0.3) in configs, as Keras 2 and 3 say them.
import { isRecord, type JsonRecord } from "./json.ts";

const CLASSES: Readonly<Record<string, string>> = {
  Convolution2D: "Conv2D",
  AtrousConvolution2D: "Conv2D",
  SeparableConvolution2D: "SeparableConv2D",
};

const OPTIONS: Readonly<Record<string, string>> = {
  nb_filter: "filters",
  subsample: "strides",
  atrous_rate: "dilation_rate",
  border_mode: "padding",
  dim_ordering: "data_format",
  output_dim: "units",
  p: "rate",
  sigma: "stddev",
  bias: "use_bias",
  init: "kernel_initializer",
  gamma_init: "gamma_initializer",
  beta_init: "beta_initializer",
  depthwise_init: "depthwise_initializer",
  pointwise_init: "pointwise_initializer",
  W_regularizer: "kernel_regularizer",
  b_regularizer: "bias_regularizer",
  W_constraint: "kernel_constraint",
  b_constraint: "bias_constraint",
};

const INITIALIZERS: Readonly<Record<string, string>> = {
  zero: "zeros",
  one: "ones",
  uniform: "random_uniform",
  normal: "random_normal",
};

const MERGES: Readonly<Record<string, string>> = {
  sum: "Add",
  mul: "Multiply",
  ave: "Average",
  max: "Maximum",
  concat: "Concatenate",
};

/** What only Keras 1 says, and nothing of ours does. */
const SIGNS = ["nb_filter", "border_mode", "dim_ordering", "W_regularizer", "init", "p", "mode", "sigma"];

export interface NamedConfig {
  readonly className: string;
  readonly config: JsonRecord;
}

/** A layer as Keras 2 describes it; what is no layer of Keras 1 stays as it is. */
export function modernized(className: string, config: JsonRecord): NamedConfig {
  if (className === "Merge" && typeof config.mode === "string" && Object.hasOwn(MERGES, config.mode)) {
    const merge = MERGES[config.mode] ?? "";
    const axis = merge === "Concatenate" ? { axis: config.concat_axis ?? -1 } : {};
    return { className: merge, config: { name: config.name, ...axis } };
  }
  const isOld = SIGNS.some((sign) => config[sign] !== undefined);
  if (!isOld || className.includes(">") || className === "RandomFlip" || className === "Resizing") {
    return { className, config };
  }
  const { nb_row, nb_col, input_dim: _, mode, ...others } = config;
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) {
    const modern = Object.hasOwn(OPTIONS, name) ? (OPTIONS[name] ?? name) : name;
    const option = value === "default" && name === "dim_ordering" ? undefined : modernValue(modern, value);
    if (option !== undefined) read[modern] = option;
  }
  if (nb_row !== undefined && nb_col !== undefined) read.kernel_size = [nb_row, nb_col];
  // Batch normalization by each example, or by the batch when it predicts, is another layer.
  if (mode !== undefined && mode !== 0) read.mode = mode;
  return { className: Object.hasOwn(CLASSES, className) ? (CLASSES[className] ?? className) : className, config: read };
}

function modernValue(option: string, value: unknown): unknown {
  if (option === "data_format") return value === "th" ? "channels_first" : "channels_last";
  if (option.endsWith("_initializer") && typeof value === "string") return INITIALIZERS[value] ?? value;
  if (option.endsWith("_regularizer") && isRecord(value) && value.class_name === undefined) {
    return { class_name: "L1L2", config: { l1: value.l1 ?? 0, l2: value.l2 ?? 0 } };
  }
  if (option.endsWith("_constraint") && isRecord(value) && value.class_name === undefined) {
    const { name, m, axis } = value;
    return { class_name: name, config: { ...(m === undefined ? {} : { max_value: m }), axis } };
  }
  return value;
}
