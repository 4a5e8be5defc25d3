import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { div } from "../ops/index.ts";
import { type Shape, sameShape, shapeText } from "../tensor/index.ts";
import { defaultFormat } from "./dataFormat.ts";
import type { Feature } from "./feature.ts";
import type { CheckedOptions } from "./layerOptions.ts";
import type { LayerType } from "./layerTypes.ts";
import { penalty, type Regularizer, regularizer } from "./regularizers.ts";
import { callForOutput, type LayerInputs, type SymbolicTensor } from "./symbolic.ts";
import { Variable, type WeightSpec } from "./variable.ts";

/** What a layer may use while it adds its nodes. */
export interface BuildContext {
  readonly g: GraphBuilder;
  /** In training dropout drops, and batch normalization uses the batch. */
  readonly training: boolean;
  /** Whether the layer learns: its own `trainable`, and that of every model around it. */
  readonly trainable: boolean;
  /** The layer's own variable of that name, in the graph's layout. */
  weight(name: string): Value;
  /** The variable of that name takes this value after the step. */
  update(name: string, next: Value): void;
  /** Adds a scalar to what training makes small. */
  addLoss(loss: Value): void;
}

/**
 * A layer: its configuration, the weights it needs, and the graph that it builds. Called on symbolic tensors it gives
 * the next one: `const y = conv2d({ filters: 8, kernelSize: 3 })(x)`. Shapes are the API's, without the batch:
 * [height, width, channels] unless the layer's `dataFormat` says otherwise.
 */
export interface Layer {
  (inputs: LayerInputs): SymbolicTensor;
  /** The name of the function that makes it: `conv2d`. */
  readonly type: string;
  readonly name: string | undefined;
  /** The options that it was made with, less `name` and `trainable`. */
  readonly config: Readonly<Record<string, unknown>>;
  trainable: boolean;
  /** The batch that it always computes, filling up what is less; `undefined` for any, as all layers but `onnxGraph`. */
  readonly batchSize: number | undefined;
  /** @throws StriateError `shape` when the inputs do not fit; the model adds the layer's name. */
  outputShapes(inputs: readonly Shape[]): readonly Shape[];
  /**
   * Its variables by name: made for the inputs of the first call, the same ever after.
   * @throws StriateError `shape` when later inputs need weights of another shape.
   */
  variables(inputs: readonly Shape[]): ReadonlyMap<string, Variable>;
  build(context: BuildContext, inputs: readonly Feature[]): readonly Feature[];
}

interface CommonParts<T extends string = LayerType> {
  readonly type: T;
  /** Given through `layerOptions`. */
  readonly options: CheckedOptions;
}

/** What is special about a layer with one input and one output. */
interface LayerParts extends CommonParts {
  outputShape(input: Shape): Shape;
  weights?(input: Shape): readonly WeightSpec[];
  build(context: BuildContext, input: Feature): Feature;
}

/** What is special about a layer with several inputs and one output. */
interface MergeLayerParts extends CommonParts {
  outputShape(inputs: readonly Shape[]): Shape;
  build(context: BuildContext, inputs: readonly Feature[]): Feature;
}

/** Completes a layer from what is special about it. */
export function defineUnaryLayer({ type, options, outputShape, weights, build }: LayerParts): Layer {
  const only = <T>(inputs: readonly T[]): T => {
    const [input, ...others] = inputs;
    if (input !== undefined && others.length === 0) return input;
    throw new StriateError("shape", `it takes one input, received ${inputs.length}`);
  };
  return completeLayer({
    type,
    options,
    outputShapes: (inputs) => [outputShape(only(inputs))],
    weights: (inputs) => weights?.(only(inputs)) ?? [],
    build: (context, inputs) => [build(context, only(inputs))],
  });
}

/** Completes a layer that makes one output of several inputs, and has no weights. */
export function defineMergeLayer({ type, options, outputShape, build }: MergeLayerParts): Layer {
  return completeLayer({
    type,
    options,
    outputShapes: (inputs) => [outputShape(inputs)],
    weights: () => [],
    build: (context, inputs) => [build(context, inputs)],
  });
}

/** A layer of any number of inputs and outputs. */
export function completeLayer<T extends string = LayerType>({
  type,
  options: { name, trainable = true, ...config },
  weights,
  outputShapes,
  build,
}: CommonParts<T> &
  Pick<Layer, "outputShapes" | "build"> & { weights(inputs: readonly Shape[]): readonly WeightSpec[] }): Layer {
  let variables: ReadonlyMap<string, Variable> | undefined;
  const activityRegularizer = regularizer(type, config.activityRegularizer);
  const layer: Layer = Object.assign((inputs: LayerInputs) => callForOutput(layer, inputs), {
    type,
    config: { ...defaultFormat(type), ...(config as Record<string, unknown>) },
    trainable,
    batchSize: undefined,
    outputShapes,
    variables: (inputs: readonly Shape[]) => {
      const specs = weights(inputs);
      if (variables) checkSame(specs, variables);
      else specs.forEach(checkRegularizer);
      variables ??= new Map(specs.map((spec) => [spec.name, new Variable(spec)]));
      return variables;
    },
    build: activityRegularizer ? withActivityLoss(build, activityRegularizer) : build,
  }) as unknown as Layer;
  // A function has a name of its own, which is not for assigning.
  return Object.defineProperty(layer, "name", { value: name, enumerable: true });
}

function checkSame(specs: readonly WeightSpec[], variables: ReadonlyMap<string, Variable>): void {
  for (const { name, shape } of specs) {
    const existing = variables.get(name)?.spec.shape ?? [];
    if (sameShape(existing, shape)) continue;
    throw new StriateError(
      "shape",
      `its weight ${name} is ${shapeText(existing)} since its first call; this input needs ${shapeText(shape)}, ` +
        "so it takes a layer of its own",
    );
  }
}

function checkRegularizer({ name, shape, regularizer }: WeightSpec): void {
  if (!regularizer || !("mode" in regularizer) || shape.length === 2) return;
  throw new StriateError(
    "shape",
    `the regularizer orthogonal takes weights with two axes, and its weight ${name} is ${shapeText(shape)}`,
  );
}

function withActivityLoss(build: Layer["build"], regularizer: Regularizer): Layer["build"] {
  return (context, inputs) => {
    const outputs = build(context, inputs);
    for (const output of outputs) addActivityLoss(context, output, regularizer);
    return outputs;
  };
}

/** As in Keras, what an output costs is divided by the examples of the batch. */
export function addActivityLoss({ g, addLoss }: BuildContext, { value }: Feature, regularizer: Regularizer): void {
  const cost = penalty(g, value, regularizer);
  addLoss(g.op(div, [cost, g.scalar(cost, value.shape[0] ?? 1)]));
}
