import { nodeCost } from "../graph/index.ts";
import type { SymbolicTensor } from "../layers/index.ts";
import { OPS } from "../ops/index.ts";
import { bytesOf, type Shape, shapeText, sizeOf } from "../tensor/index.ts";
import type { Model } from "./model.ts";
import { tableWidth, textTable } from "./textTable.ts";

/** One layer in the summary of a model. */
export interface LayerSummary {
  readonly name: string;
  readonly type: string;
  /** The layers and inputs that it takes from, in the order of its inputs. */
  readonly from: readonly string[];
  /** Of its first output, without the batch. */
  readonly outputShape: Shape;
  readonly parameters: number;
  readonly trainableParameters: number;
  /** For one input. */
  readonly multiplyAdds: number;
  /** Bytes of the layer's output for one input, in float32; of `onnxGraph` those of all results inside. */
  readonly activationBytes: number;
}

/** What a model consists of and costs. */
export interface Summary {
  readonly model: string;
  /** Without the batch. */
  readonly inputShapes: readonly Shape[];
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly multiplyAdds: number;
  readonly activationBytes: number;
  readonly layers: readonly LayerSummary[];
}

/** The layer that is a whole network. */
const NETWORK = "onnxGraph";

/** Operators whose result is their input under another shape, in the same memory. */
const VIEWS = new Set(["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"]);

/** What a model consists of and costs, layer by layer, for one input. */
export function summarize(model: Model): Summary {
  const { batchSize = 1 } = model;
  const { nodes } = model.inferenceGraph(batchSize);
  const costs = new Map<string, number>();
  const inside = new Map<string, number>();
  for (const node of nodes) {
    const layer = node.name.slice(0, node.name.indexOf("/"));
    costs.set(layer, (costs.get(layer) ?? 0) + nodeCost(node, OPS).multiplyAdds / batchSize);
    if (VIEWS.has(node.op)) continue;
    const bytes = node.outputs.reduce((sum, output) => sum + bytesOf(output), 0);
    inside.set(layer, (inside.get(layer) ?? 0) + bytes / batchSize);
  }
  const parametersOf = layerParameters(model);
  const makers = makersOf(model);
  const layers = model.layers.map((placed): LayerSummary => {
    const { name, layer, calls, outputShape, outputShapes } = placed;
    const { parameters, trainable } = parametersOf.get(name) ?? { parameters: 0, trainable: 0 };
    return {
      name,
      type: layer.type,
      from: calls.flatMap(({ inputs }) => inputs.map((input) => makers.get(input) ?? "")),
      outputShape,
      parameters,
      trainableParameters: trainable,
      multiplyAdds: costs.get(name) ?? 0,
      activationBytes:
        layer.type === NETWORK
          ? (inside.get(name) ?? 0)
          : 4 * calls.length * outputShapes.reduce((sum, shape) => sum + sizeOf(shape), 0),
    };
  });
  const total = (key: "parameters" | "trainableParameters" | "multiplyAdds" | "activationBytes") =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  return {
    model: model.name,
    inputShapes: model.inputs.map(({ shape }) => shape),
    parameters: total("parameters"),
    trainableParameters: total("trainableParameters"),
    multiplyAdds: total("multiplyAdds"),
    activationBytes: total("activationBytes"),
    layers,
  };
}

/** The number of values of each layer's weights; a variable that layers share counts for the first. */
function layerParameters(model: Model): ReadonlyMap<string, { parameters: number; trainable: number }> {
  const sums = new Map<string, { parameters: number; trainable: number }>();
  for (const { key, spec, trainable } of model.weightSpecs) {
    const name = key.slice(0, key.indexOf("/"));
    const sum = sums.get(name) ?? { parameters: 0, trainable: 0 };
    const size = sizeOf(spec.shape);
    sums.set(name, { parameters: sum.parameters + size, trainable: sum.trainable + (trainable ? size : 0) });
  }
  return sums;
}

/** The name of the layer or input that makes each symbolic tensor. */
function makersOf(model: Model): ReadonlyMap<SymbolicTensor, string> {
  const outputs = model.layers.flatMap(({ name, calls }) =>
    calls.flatMap((call) => call.outputs.map((o) => [o, name] as const)),
  );
  return new Map([...outputs, ...model.inputs.map((input, i) => [input, model.inputNames[i] ?? "input"] as const)]);
}

const number = new Intl.NumberFormat("en-US");

/** A number of bytes for people: 12.3 MB. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let [value, power] = [bytes, 0];
  while (Number(value.toFixed(1)) >= 1000 && power < units.length - 1) {
    value /= 1000;
    power++;
  }
  return `${power === 0 ? bytes : value.toFixed(1)} ${units[power]}`;
}

/** Whether some layer takes from another place than the layer before it. */
function hasBranches({ layers, inputShapes }: Summary): boolean {
  return (
    inputShapes.length > 1 ||
    layers.some(({ from }, i) => from.length > 1 || (i > 0 && from[0] !== layers[i - 1]?.name))
  );
}

/** A number in three digits: 512, 9.41 k, 1.81 G. */
export function shortNumber(value: number): string {
  const units = ["", " k", " M", " G", " T"];
  let [short, power] = [value, 0];
  while (Number(short.toPrecision(3)) >= 1000 && power < units.length - 1) {
    short /= 1000;
    power++;
  }
  return power === 0 ? String(value) : `${short.toPrecision(3)}${units[power]}`;
}

/** The header, a row for each layer, and the totals. */
function tableOf(summary: Summary, narrow: boolean): readonly (readonly string[])[] {
  const branches = hasBranches(summary);
  const count = narrow ? shortNumber : (value: number) => number.format(value);
  const numbers = ({ parameters, multiplyAdds, activationBytes }: LayerSummary | Summary) => [
    count(parameters),
    count(multiplyAdds),
    bytesText(activationBytes),
  ];
  const from = (text: string) => (branches ? [text] : []);
  const titles = narrow ? ["params", "mul-adds", "output"] : ["parameters", "multiply-adds", "activations"];
  return [
    ["layer", "output shape", ...titles, ...from("from")],
    ...summary.layers.map((layer) => [
      `${layer.name} (${layer.type})`,
      shapeText(layer.outputShape).replaceAll(",", narrow ? "," : ", "),
      ...numbers(layer),
      ...from(layer.from.join(", ")),
    ]),
    ["total", "", ...numbers(summary), ...from("")],
  ];
}

/**
 * A summary as a table of text.
 * @param width the most characters of a line: numbers in short, then names without their middle; default as many as there are
 */
export function summaryText(summary: Summary, width?: number): string {
  const wide = tableOf(summary, false);
  const [header = [], ...rows] = width !== undefined && tableWidth(wide) > width ? tableOf(summary, true) : wide;
  const shapes = summary.inputShapes.map((shape) => shapeText(shape).replaceAll(",", ", "));
  const inputs = `${shapes.length === 1 ? "input" : "inputs"} ${shapes.join(" and ")}`;
  const frozen = summary.parameters - summary.trainableParameters;
  return [
    `model ${summary.model}: ${inputs}`,
    ...textTable(header, rows.slice(0, -1), rows.at(-1) ?? [], { left: [0, 1, 5], width }),
    `trainable parameters ${number.format(summary.trainableParameters)}, frozen ${number.format(frozen)}; ` +
      `weights ${bytesText(4 * summary.parameters)} in float32`,
  ].join("\n");
}
