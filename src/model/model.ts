import { nameText, valueText } from "../checks/index.ts";
import { internalError, StriateError } from "../errors.ts";
import { type Graph, GraphBuilder, type Value } from "../graph/index.ts";
import {
  apiShape,
  type BuildContext,
  type Feature,
  inApiOrder,
  type Layer,
  type LayerCall,
  SymbolicTensor,
  type Variable,
} from "../layers/index.ts";
import { inversePermutation } from "../ops/index.ts";
import { at, permute, type Shape, sameShape, shapeText, sizeOf, type Tensor, typeText } from "../tensor/index.ts";
import { Callable } from "./callable.ts";
import { nameAll } from "./names.ts";
import { networkBetween } from "./network.ts";
import type { NamePattern } from "./patterns.ts";
import type { ModelPictures } from "./pictures.ts";
import { PlacedLayer } from "./placedLayer.ts";
import { summarize, summaryText } from "./summary.ts";
import { type ModelWeight, setTrainable, type Weights, weightsOf } from "./weights.ts";

/** What a model is made of: `sequential` and `model` put it together. */
export interface ModelParts {
  /** The name of the function that makes it. */
  readonly type: "sequential" | "functional";
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly name: string | undefined;
  readonly seed: number | undefined;
}

/** A model's part of a graph. */
export interface ModelValues {
  /** In the API's order. */
  readonly outputs: readonly Value[];
  /** The weights' values by key. */
  readonly weights: ReadonlyMap<string, Value>;
  /** Scalars that layers add to what training makes small: what large outputs cost. */
  readonly losses: readonly Value[];
}

/**
 * The layers between inputs and outputs, with their weights. Made by `sequential` or `model`; itself a layer, which
 * other models may contain and which can be called: `base(x)`.
 */
export class Model extends Callable implements Layer {
  readonly type: "sequential" | "functional";
  override readonly name: string;
  /** Nobody gave it a name. */
  readonly unnamed: boolean;
  readonly config: Readonly<Record<string, unknown>> = {};
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** What graphs and files call the inputs: their own names, `input` for the first that has none. */
  readonly inputNames: readonly string[];
  /** `output`, or where there are several the names of the layers that make them. */
  readonly outputNames: readonly string[];
  /** Without the inputs, in Keras's order. */
  readonly layers: readonly PlacedLayer[];
  /** The class names and the preprocessing of its pictures, where they are known; saved with the model. */
  pictures: ModelPictures | undefined;
  /** Who is called on what, in an order in which it can run. */
  readonly calls: readonly LayerCall[];
  readonly #names: ReadonlyMap<Layer, string>;
  /** Every path to a variable; a shared one has several. */
  readonly #variables: ReadonlyMap<string, Variable>;
  #trainable = true;

  constructor({ type, inputs, outputs, name, seed = 0 }: ModelParts) {
    super();
    this.type = type;
    this.name = name ?? type;
    this.unnamed = name === undefined;
    checkEnds(this.name, inputs, outputs);
    this.inputs = inputs;
    this.outputs = outputs;
    const network = networkBetween(inputs, outputs);
    this.calls = network.calls;
    this.#names = nameAll(
      network.layers.map(({ layer }) => layer),
      "layers",
    );
    this.layers = network.layers.map(({ layer, calls }) => new PlacedLayer(this.#nameOf(layer), layer, calls));
    const inputNames = nameAll(
      inputs.map(({ call }) => call.layer),
      "inputs",
    );
    const named = ({ call, index }: SymbolicTensor) => {
      const name = this.#names.get(call.layer) ?? inputNames.get(call.layer) ?? call.layer.type;
      return call.outputs.length === 1 ? name : `${name}_${index}`;
    };
    this.inputNames = distinct(inputs.map(named));
    this.outputNames = outputs.length === 1 ? ["output"] : distinct(outputs.map(named));
    this.#variables = new Map(
      this.layers.flatMap((placed) =>
        [...placed.variables].map(([variableName, variable]) => [`${placed.name}/${variableName}`, variable]),
      ),
    );
    for (const [key, variable] of this.#variables) variable.drawFrom(seed, key);
  }

  /** Of its only input, without the batch. @throws StriateError `usage` when there are several. */
  get inputShape(): Shape {
    return this.#only("input", this.inputs).shape;
  }

  /** Of its only output, without the batch. @throws StriateError `usage` when there are several. */
  get outputShape(): Shape {
    return this.#only("output", this.outputs).shape;
  }

  /**
   * The batch that the model always computes, which is what `fit`, `evaluate` and `predict` take by default: that of an
   * ONNX file which has its batch written in it. Another batch is computed in several of them, the last one filled up.
   * `undefined` for a model of any batch, as all others are.
   */
  get batchSize(): number | undefined {
    return this.layers.find(({ layer }) => layer.batchSize !== undefined)?.layer.batchSize;
  }

  /** Whether training changes its weights; setting it sets all its layers, as in Keras. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(trainable: boolean) {
    this.#trainable = trainable;
    for (const { layer } of this.layers) layer.trainable = trainable;
  }

  /** @throws StriateError `usage` that lists names when there is no layer of this one. */
  getLayer(name: string): PlacedLayer {
    const found = this.layers.find((layer) => layer.name === name);
    if (found) return found;
    const names = this.layers.map((layer) => layer.name);
    const alike = names.filter((other) => other.includes(name) || name.includes(other));
    const listed = (alike.length > 0 ? alike : names).slice(0, 12);
    const more = names.length > listed.length ? ", ..." : "";
    throw new StriateError(
      "usage",
      `model ${this.name} has no layer "${name}"; it has ${listed.join(", ")}${more} (${names.length} layers)`,
    );
  }

  /**
   * Training changes nothing of the layers and weights of these names: exact ones, `*` standing for anything, or a
   * RegExp. Names are paths: `block1_conv1`, `base/conv1`, `conv1/kernel`. Without a name: of the whole model, as
   * `trainable = false` does.
   * @throws StriateError `usage` when a pattern fits nothing
   */
  freeze(...patterns: readonly NamePattern[]): void {
    this.#setTrainable(patterns, false);
  }

  /**
   * Undoes `freeze`; without a name, all of it. A layer in a frozen model also needs the model to be unfrozen, which naming
   * the layer does not do.
   */
  unfreeze(...patterns: readonly NamePattern[]): void {
    this.#setTrainable(patterns, true);
  }

  #setTrainable(patterns: readonly NamePattern[], trainable: boolean): void {
    if (patterns.length > 0) {
      setTrainable(this, patterns, trainable);
      return;
    }
    this.trainable = trainable;
    for (const { variable, spec } of this.weightSpecs) if (spec.trainable !== false) variable.trainable = trainable;
  }

  /** Every weight once, in the order of the layers. */
  get weightSpecs(): readonly ModelWeight[] {
    const seen = new Set<Variable>();
    return weightsOf(this, "", true).filter(({ variable }) => !seen.has(variable) && seen.add(variable));
  }

  /** The number of values in all weights. */
  get parameters(): number {
    return this.weightSpecs.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  }

  /** The weights by key, in Keras's shapes; drawn from the seed when they are first asked for. */
  get weights(): Weights {
    return new Map(this.weightSpecs.map(({ key, variable }) => [key, variable.value]));
  }

  /**
   * Replaces weights, all or some; other models with the same layers have them too.
   * @throws StriateError `shape` that names the weights which are unknown or are not float32 of their shape; then nothing
   * changes.
   */
  setWeights(given: Weights): void {
    const misfits = [...given].flatMap(([key, weight]) => {
      const expected = this.#variables.get(key)?.spec.shape;
      if (!expected) return [`${nameText(key)} is not a weight of it`];
      const misfit = weightMisfit(weight, expected);
      return misfit === undefined ? [] : [`${key} is ${shapeText(expected)}, received ${misfit}`];
    });
    if (misfits.length > 0) throw new StriateError("shape", `model ${this.name}: ${shortList(misfits)}`);
    for (const [key, tensor] of given) {
      const variable = this.#variables.get(key);
      if (variable) variable.value = tensor;
    }
  }

  /** Weights as the states of a graph, in its layout. */
  toStates(weights: Weights): Record<string, Tensor<"float32">> {
    return Object.fromEntries(
      [...weights].map(([key, weight]) => {
        const permutation = this.#variables.get(key)?.spec.toGraph;
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

  /** As a layer: the shapes that reach it are those of its inputs. */
  outputShapes(inputs: readonly Shape[]): readonly Shape[] {
    const expected = this.inputs.map(({ shape }) => shape);
    const fits = inputs.length === expected.length && inputs.every((shape, i) => sameShape(shape, at(expected, i)));
    if (!fits) throw new StriateError("shape", `it takes ${expected.map(shapeText).join(", ")}`);
    return this.outputs.map(({ shape }) => shape);
  }

  /** As a layer: `conv1/kernel`, every path. */
  variables(): ReadonlyMap<string, Variable> {
    return this.#variables;
  }

  /** As a layer: adds its own layers' nodes. */
  build(context: BuildContext, inputs: readonly Feature[]): readonly Feature[] {
    const known = new Map(this.inputs.map((input, i) => [input, at(inputs, i)]));
    const featureOf = (tensor: SymbolicTensor): Feature => {
      const feature = known.get(tensor);
      if (!feature) throw internalError(`model ${this.name} uses a tensor before it is made`);
      return feature;
    };
    for (const call of this.calls) {
      const name = this.#nameOf(call.layer);
      const features = context.g.scoped(name, () =>
        call.layer.build(within(context, name, call.layer), call.inputs.map(featureOf)),
      );
      for (const [i, output] of call.outputs.entries()) {
        const feature = at(features, i);
        if (!sameShape(apiShape(feature), output.shape)) {
          throw internalError(
            `layer ${name} built ${shapeText(apiShape(feature))} in place of ${shapeText(output.shape)}`,
          );
        }
        known.set(output, feature);
      }
    }
    return this.outputs.map(featureOf);
  }

  /**
   * Adds the whole model to a graph: its weights become states named by their keys, read-only until somebody updates
   * them (in training, batch normalization does).
   * @param inputs [batch, ...shape] each
   */
  addTo(g: GraphBuilder, inputs: readonly Value[], training: boolean): ModelValues {
    const weights = new Map<string, Value>();
    const values = new Map<Variable, { readonly state: Value; now: Value }>();
    for (const { key, spec, variable } of this.weightSpecs) {
      const shape = spec.toGraph ? spec.toGraph.map((axis) => spec.shape[axis] ?? 1) : spec.shape;
      const state = g.state(key, "float32", shape);
      weights.set(key, state);
      values.set(variable, { state, now: state });
    }
    const valueAt = (path: string) => {
      const variable = this.#variables.get(path);
      const value = variable && values.get(variable);
      if (!value) throw internalError(`model ${this.name} has no weight ${path}`);
      return value;
    };
    const losses: Value[] = [];
    const context: BuildContext = {
      g,
      training,
      trainable: this.#trainable,
      weight: (path) => valueAt(path).now,
      update: (path, next) => {
        const value = valueAt(path);
        value.now = next;
        g.update(value.state, next);
      },
      addLoss: (loss) => losses.push(loss),
    };
    const features = this.build(
      context,
      inputs.map((value) => ({ value, moved: false })),
    );
    return { outputs: features.map((feature) => inApiOrder(g, feature)), weights, losses };
  }

  /** An input of a graph for each of the model's, for a batch. */
  addInputs(g: GraphBuilder, batchSize: number): readonly Value[] {
    return this.inputs.map(({ shape }, i) => g.input(at(this.inputNames, i), "float32", [batchSize, ...shape]));
  }

  /**
   * What the model consists of and costs, as a table of text; `summarize` gives it as data.
   * @param options `lineLength`: the most characters of a line, by shorter numbers and names; default as many as there are
   */
  summary({ lineLength }: { readonly lineLength?: number } = {}): string {
    return summaryText(summarize(this), lineLength);
  }

  /** The forward pass for a batch as a graph; inputs and outputs by their names, the weights as read-only states. */
  inferenceGraph(batchSize: number): Graph {
    const g = new GraphBuilder(this.name);
    const { outputs } = this.addTo(g, this.addInputs(g, batchSize), false);
    for (const [i, output] of outputs.entries()) g.output(at(this.outputNames, i), output);
    return g.build();
  }

  #nameOf(layer: Layer): string {
    const name = this.#names.get(layer);
    if (name === undefined) throw internalError(`model ${this.name} has no name for a layer of type ${layer.type}`);
    return name;
  }

  #only(what: string, all: readonly SymbolicTensor[]): SymbolicTensor {
    const [only, ...others] = all;
    if (only && others.length === 0) return only;
    throw new StriateError("usage", `model ${this.name} has ${all.length} ${what}s; see its ${what}s`);
  }
}

/** What a layer in a model sees of the model's context. */
function within(context: BuildContext, name: string, layer: Layer): BuildContext {
  return {
    ...context,
    trainable: context.trainable && layer.trainable,
    weight: (variableName) => context.weight(`${name}/${variableName}`),
    update: (variableName, next) => context.update(`${name}/${variableName}`, next),
  };
}

/** The most weights that an error names. */
const SHOWN_MISFITS = 12;

function shortList(misfits: readonly string[]): string {
  const more = misfits.length > SHOWN_MISFITS ? `; and ${misfits.length - SHOWN_MISFITS} more` : "";
  return misfits.slice(0, SHOWN_MISFITS).join("; ") + more;
}

/** What is wrong with a tensor as a weight of a shape, which may come from JavaScript; nothing where it fits. */
function weightMisfit(weight: Tensor, expected: Shape): string | undefined {
  if (typeof weight?.dtype !== "string" || !Array.isArray(weight.shape)) return valueText(weight);
  if (!sameShape(expected, weight.shape)) return shapeText(weight.shape);
  if (weight.dtype !== "float32" || !(weight.data instanceof Float32Array))
    return `${typeText(weight)}; make it float32`;
  if (weight.data.length !== sizeOf(expected)) return `${weight.data.length} numbers for it`;
  return undefined;
}

function checkEnds(name: string, inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): void {
  for (const [what, ends] of Object.entries({ inputs, outputs })) {
    if (ends.length > 0 && ends.every((end) => end instanceof SymbolicTensor)) continue;
    throw new StriateError(
      "usage",
      `model ${name}: its ${what} are what input({ shape }) and the calls of layers give, at least one of them`,
    );
  }
  if (new Set(inputs).size < inputs.length) throw new StriateError("usage", `model ${name}: an input is given twice`);
}

/** Numbers the second and further ones of the same name. */
function distinct(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}
