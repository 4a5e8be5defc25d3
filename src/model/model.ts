import { internalError, StriateError } from "../errors.ts";
import { type Graph, GraphBuilder, type Value } from "../graph/index.ts";
import { apiShape, type Feature, inApiOrder, type Layer, type WeightSpec } from "../layers/index.ts";
import { inversePermutation } from "../ops/index.ts";
import { type Shape, sameShape, shapeText, sizeOf, type Tensor } from "../tensor/index.ts";
import { permute } from "./layout.ts";
import { summarize, summaryText } from "./summary.ts";

/** A layer in its place: with its name, and the shapes that reach and leave it (without the batch). */
export interface PlacedLayer {
  readonly name: string;
  readonly layer: Layer;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

/** One weight of a model; `key` is `layer/weight`, the name that it has in graphs, states and files. */
export interface ModelWeight {
  readonly key: string;
  readonly spec: WeightSpec;
  readonly trainable: boolean;
}

/** Weights by key, in Keras's shapes. */
export type Weights = ReadonlyMap<string, Tensor<"float32">>;

export interface ModelOptions {
  /** One input without the batch: [height, width, channels] for pictures. */
  readonly inputShape: Shape;
  /** Default `sequential`. */
  readonly name?: string;
  /** Of the initial weights: the same seed gives the same ones. Default 0. */
  readonly seed?: number;
}

/** Layers in order, with their weights. Made by `sequential`. */
export class Model {
  readonly name: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly layers: readonly PlacedLayer[];
  readonly #seed: number;
  #weights: Map<string, Tensor<"float32">> | undefined;

  constructor({ inputShape, name = "sequential", seed = 0 }: ModelOptions, layers: readonly Layer[]) {
    if (!inputShape.every((size) => Number.isSafeInteger(size) && size > 0)) {
      const received = shapeText(inputShape);
      throw new StriateError("usage", `model ${name}: inputShape takes sizes of at least 1, received ${received}`);
    }
    this.name = name;
    this.inputShape = inputShape;
    this.layers = placeLayers(inputShape, layers);
    this.outputShape = this.layers.at(-1)?.outputShape ?? inputShape;
    this.#seed = seed;
  }

  /** Every weight in the order of the layers. */
  get weightSpecs(): readonly ModelWeight[] {
    return this.layers.flatMap(({ name, layer, inputShape }) =>
      layer.weights(inputShape).map((spec) => ({ key: `${name}/${spec.name}`, spec, trainable: layer.trainable })),
    );
  }

  /** The number of values in all weights. */
  get parameters(): number {
    return this.weightSpecs.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  }

  /** The weights by key, in Keras's shapes; drawn from the seed when they are first asked for. */
  get weights(): Weights {
    this.#weights ??= new Map(
      this.weightSpecs.map(({ key, spec }) => [
        key,
        spec.initializer(spec.shape, { seed: this.#seed, stream: `initial/${key}`, counter: 0 }),
      ]),
    );
    return this.#weights;
  }

  /**
   * Replaces weights, all or some.
   * @throws StriateError `shape` that names every weight which is unknown or has another shape; then nothing changes.
   */
  setWeights(given: Weights): void {
    const shapes = new Map(this.weightSpecs.map(({ key, spec }) => [key, spec.shape]));
    const misfits = [...given].flatMap(([key, { shape }]) => {
      const expected = shapes.get(key);
      if (!expected) return [`${key} is not a weight of it`];
      return sameShape(expected, shape) ? [] : [`${key} is ${shapeText(expected)}, received ${shapeText(shape)}`];
    });
    if (misfits.length > 0) throw new StriateError("shape", `model ${this.name}: ${misfits.join("; ")}`);
    this.#weights = new Map([...this.weights, ...given]);
  }

  /** Weights as the states of a graph, in its layout. */
  toStates(weights: Weights): Record<string, Tensor<"float32">> {
    const specs = new Map(this.weightSpecs.map(({ key, spec }) => [key, spec]));
    return Object.fromEntries(
      [...weights].map(([key, weight]) => {
        const permutation = specs.get(key)?.toGraph;
        return [key, permutation ? permute(weight, permutation) : weight];
      }),
    );
  }

  /** The inverse of `toStates`: the model's weights among the states of a graph. */
  fromStates(states: Readonly<Record<string, Tensor>>): Weights {
    return new Map(
      this.weightSpecs.flatMap(({ key, spec }) => {
        const state = states[key];
        if (state?.dtype !== "float32") return [];
        const weight = state as Tensor<"float32">;
        return [[key, spec.toGraph ? permute(weight, inversePermutation(spec.toGraph)) : weight]];
      }),
    );
  }

  /**
   * Adds the model to a graph: its weights become states named by their keys, read-only until somebody updates them.
   * @param input [batch, ...inputShape]
   * @returns the output in the API's order, and the weights' values by key.
   */
  build(g: GraphBuilder, input: Value, training: boolean): { output: Value; weights: ReadonlyMap<string, Value> } {
    const weights = new Map<string, Value>();
    for (const { key, spec } of this.weightSpecs) {
      const shape = spec.toGraph ? spec.toGraph.map((axis) => spec.shape[axis] ?? 1) : spec.shape;
      weights.set(key, g.state(key, "float32", shape));
    }
    let feature: Feature = { value: input, moved: false };
    for (const { name, layer, outputShape } of this.layers) {
      const weight = (own: string) => {
        const value = weights.get(`${name}/${own}`);
        if (!value) throw internalError(`layer ${name} has no weight ${own}`);
        return value;
      };
      const before = feature;
      feature = g.scoped(name, () => layer.build({ g, training, weight }, before));
      if (!sameShape(apiShape(feature), outputShape)) {
        throw internalError(
          `layer ${name} built ${shapeText(apiShape(feature))} in place of ${shapeText(outputShape)}`,
        );
      }
    }
    return { output: inApiOrder(g, feature), weights };
  }

  /** What the model consists of and costs, as a table of text; `summarize` gives it as data. */
  summary(): string {
    return summaryText(summarize(this));
  }

  /** The forward pass for a batch as a graph: input `input`, output `output`, the weights as read-only states. */
  inferenceGraph(batchSize: number): Graph {
    const g = new GraphBuilder(this.name);
    const { output } = this.build(g, g.input("input", "float32", [batchSize, ...this.inputShape]), false);
    g.output("output", output);
    return g.build();
  }
}

/** Gives every layer its name and shapes, or says which layer does not fit and why. */
function placeLayers(inputShape: Shape, layers: readonly Layer[]): readonly PlacedLayer[] {
  const placed: PlacedLayer[] = [];
  const names = new Set<string>();
  const counts = new Map<string, number>();
  let shape = inputShape;
  for (const layer of layers) {
    const name = layer.name ?? nextName(layer.type, names, counts);
    if (names.has(name))
      throw new StriateError("usage", `two layers are named "${name}"; give one of them another name`);
    names.add(name);
    const outputShape = atLayer(name, layer, shape);
    placed.push({ name, layer, inputShape: shape, outputShape });
    shape = outputShape;
  }
  return placed;
}

function atLayer(name: string, layer: Layer, shape: Shape): Shape {
  try {
    return layer.outputShape(shape);
  } catch (error) {
    if (!(error instanceof StriateError)) throw error;
    const message = `layer ${name} (${layer.type}) on input ${shapeText(shape)}: ${error.message}`;
    throw new StriateError(error.code, message, { cause: error });
  }
}

/** Keras's names: the type in snake case, numbered from the second on. */
function nextName(type: string, taken: ReadonlySet<string>, counts: Map<string, number>): string {
  const stem = type.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  let count = counts.get(stem) ?? 0;
  let name = count === 0 ? stem : `${stem}_${count}`;
  while (taken.has(name)) name = `${stem}_${++count}`;
  counts.set(stem, count + 1);
  return name;
}
