import { checkOptions, type OptionNames, valueText, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { type ValueMath, valueMath } from "../ops/index.ts";
import { at, type Shape, sameShape, shapeText, typeText } from "../tensor/index.ts";
import type { Constraint, ConstraintName } from "./constraints.ts";
import { apiShape, channelsFirst, type DataFormat, type Feature, fromChannelsFirst, inApiOrder } from "./feature.ts";
import type { Initializer, InitializerName } from "./initializers.ts";
import { type BuildContext, completeLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions, type OwnOptions } from "./layerOptions.ts";
import { LAYER_TYPES } from "./layerTypes.ts";
import { dataFormatOf, oneOf } from "./options.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";
import type { WeightSpec } from "./variable.ts";
import { weightOf } from "./weights.ts";

/** A weight of a layer of your own. Files and `model.weights` call it by the layer's name and its own: `swish/beta`. */
export interface LayerWeight {
  readonly name: string;
  readonly shape: Shape;
  /** Default `glorotUniform`. */
  readonly initializer?: InitializerName | Initializer;
  /** What large numbers cost in training. Default: nothing. */
  readonly regularizer?: RegularizerName | Regularizer;
  /** What it is made to fulfil after each step of training. Default: nothing. */
  readonly constraint?: ConstraintName | Constraint;
  /** Whether gradients change it. Default true; statistics that `update` moves say false. */
  readonly trainable?: boolean;
}

/** What `build` of a layer of your own may use. */
export interface LayerBuildContext extends BuildContext {
  /** Arithmetic on values: `f.mul(x, f.sigmoid(x))`. What it has not, `g.op` adds with an op of `striate/graph`. */
  readonly f: ValueMath;
}

/** What `defineLayer` takes. */
export interface LayerDefinition<T extends LayerOptions = LayerOptions> {
  /** The name of your function, for summaries, messages and default names; none that Striate's own layers have. */
  readonly type: string;
  /** What your function was given. */
  readonly options?: T;
  /** The names of your own options among them; `name`, `trainable` and `activityRegularizer` are every layer's. */
  readonly optionNames?: readonly Exclude<keyof T & string, keyof LayerOptions>[];
  /** How many inputs the layer is called on. Default 1. */
  readonly inputs?: number;
  /**
   * How `build` gets pictures and gives them back. `api` (default): as at the API, [batch, height, width, channels]. `NCHW`:
   * [batch, channels, height, width], as the ops Conv and MaxPool take them; between convolutions nothing is moved then, so
   * it is faster also for layers that go element by element. Where the API itself has channels first, the option
   * `dataFormat` of yours says so. Values with another number of axes are the same in both.
   */
  readonly layout?: "api" | "NCHW";
  /** The shape of the output for those of the inputs, at the API and without the batch. Default: that of the first input. */
  readonly outputShape?: (first: Shape, ...others: Shape[]) => Shape;
  /** The layer's weights for the shapes of the inputs, without the batch. Default: none. */
  readonly weights?: (first: Shape, ...others: Shape[]) => readonly LayerWeight[];
  /** Adds the layer's nodes to a graph, and gives its output. Values have the batch as their first axis. */
  readonly build: (context: LayerBuildContext, ...inputs: Value[]) => Value;
}

const WEIGHT: OptionNames<LayerWeight> = {
  name: true,
  shape: true,
  initializer: true,
  regularizer: true,
  constraint: true,
  trainable: true,
};

const DEFINITION: OptionNames<LayerDefinition> = {
  type: true,
  options: true,
  optionNames: true,
  inputs: true,
  layout: true,
  outputShape: true,
  weights: true,
  build: true,
};

/**
 * A layer of your own. It stands in models like any other and trains on every engine, since its gradient is derived from the
 * ops of `build`. Its weights go into every file of weights; an ONNX file holds its operators, and a `.keras` file, which
 * holds no code, refuses it.
 *
 *     interface SwishOptions extends LayerOptions {
 *       readonly beta?: number;
 *     }
 *
 *     // x sigmoid(beta x) with a learnt beta (Ramachandran et al. 2017)
 *     const swish = (options: SwishOptions = {}) =>
 *       defineLayer({
 *         type: "swish",
 *         options,
 *         optionNames: ["beta"],
 *         weights: () => [{ name: "beta", shape: [], initializer: constant(options.beta ?? 1) }],
 *         build: ({ f, weight }, x) => f.mul(x, f.sigmoid(f.mul(x, weight("beta")))),
 *       });
 *
 * @throws StriateError `usage` for a definition or options that cannot be meant; `shape` from the models that it is in, where
 * what `build` gives is not what `outputShape` says
 */
export function defineLayer<T extends LayerOptions = LayerOptions>(definition: LayerDefinition<T>): Layer {
  const { type, options = {}, outputShape = (first: Shape) => first, weights = () => [], build } = checked(definition);
  const names = Object.fromEntries((definition.optionNames ?? []).map((name) => [name, true]));
  const given = layerOptions<LayerOptions>(type, options, names as OwnOptions<LayerOptions>);
  const count = wholeNumber("defineLayer", "inputs", definition.inputs ?? 1);
  const checkCount = <I>(inputs: readonly I[]): I[] => {
    if (inputs.length === count) return [...inputs];
    throw new StriateError("shape", `it takes ${count} ${count === 1 ? "input" : "inputs"}, received ${inputs.length}`);
  };
  const layout = layoutOf(definition.layout, type, options);
  return completeLayer<string>({
    type,
    options: given,
    outputShapes: (inputs) => [shapeOf(outputShape(...(checkCount(inputs) as OneOrMore)))],
    weights: (inputs) => weights(...(checkCount(inputs) as OneOrMore)).map((weight) => specOf(type, weight)),
    build: (context, inputs) => {
      const { g } = context;
      const values = checkCount(inputs).map((input) => layout.enter(g, input));
      const f = valueMath(g, at(values, 0));
      const value = build({ ...context, f }, ...values);
      const expected = shapeOf(outputShape(...(inputs.map(apiShape) as OneOrMore)));
      const output = layout.leave(checkedValue(type, value));
      if (sameShape(apiShape(output), expected)) return [output];
      throw new StriateError(
        "shape",
        `the build of ${type} gave ${shapeText(apiShape(output))} without the batch, and its outputShape says ${shapeText(expected)}`,
      );
    },
  });
}

type OneOrMore = [Shape, ...Shape[]];

function checked<T extends LayerOptions>(definition: LayerDefinition<T>): LayerDefinition<T> {
  checkOptions("defineLayer", definition, DEFINITION);
  const { type, outputShape, weights, build } = definition;
  if (typeof type !== "string" || !/^[A-Za-z]\w*$/.test(type)) {
    throw new StriateError("usage", `defineLayer: type must be the name of your function, received ${valueText(type)}`);
  }
  if ([...LAYER_TYPES, "sequential", "functional"].includes(type)) {
    throw new StriateError("usage", `defineLayer: ${type} is a layer of Striate's; give yours another type`);
  }
  for (const [name, given] of Object.entries({ outputShape, weights, build })) {
    if (typeof given === "function" || (given === undefined && name !== "build")) continue;
    throw new StriateError("usage", `defineLayer: ${name} of ${type} must be a function, received ${valueText(given)}`);
  }
  return definition;
}

function shapeOf(shape: unknown): Shape {
  if (Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return shape;
  throw new StriateError("shape", `its outputShape must give a list of sizes, received ${valueText(shape)}`);
}

function checkedValue(type: string, value: Value): Value {
  if (typeof value === "object" && value !== null && Array.isArray(value.shape) && value.dtype === "float32")
    return value;
  const received = typeof value?.dtype === "string" ? typeText(value) : valueText(value);
  throw new StriateError(
    "usage",
    `the build of ${type} must return a float32 value of the graph, received ${received}`,
  );
}

function specOf(type: string, weight: LayerWeight): WeightSpec {
  checkOptions(`a weight of ${type}`, weight, WEIGHT);
  const { name, shape, initializer = "glorotUniform", regularizer, constraint, trainable } = weight;
  if (typeof name !== "string" || !/^[^/]+$/.test(name)) {
    throw new StriateError("usage", `${type}: the name of a weight is a text without "/", received ${valueText(name)}`);
  }
  const spec = weightOf(type, name, { initializer, regularizer, constraint })(shapeOf(shape));
  return trainable === undefined ? spec : { ...spec, trainable };
}

/** How features become what `build` takes, and the other way around. */
function layoutOf(layout: "api" | "NCHW" = "api", type: string, options: object) {
  oneOf("defineLayer", "layout", layout, ["api", "NCHW"]);
  const isPicture = (value: Value) => layout === "NCHW" && value.shape.length === 4;
  const dataFormat = dataFormatOf(type, (options as { readonly dataFormat?: DataFormat }).dataFormat);
  return {
    enter: (g: GraphBuilder, input: Feature): Value =>
      isPicture(input.value) ? channelsFirst(g, input, dataFormat) : inApiOrder(g, input),
    leave: (value: Value): Feature =>
      isPicture(value) ? fromChannelsFirst(value, dataFormat) : { value, moved: false },
  };
}
