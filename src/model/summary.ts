import { nodeCost } from "../graph/index.ts";
import { OPS } from "../ops/index.ts";
import { type Shape, shapeText, sizeOf } from "../tensor/index.ts";
import type { Model } from "./model.ts";

export interface LayerSummary {
  readonly name: string;
  readonly type: string;
  /** Without the batch. */
  readonly outputShape: Shape;
  readonly parameters: number;
  readonly trainableParameters: number;
  /** For one input. */
  readonly multiplyAdds: number;
  /** Bytes of the layer's output for one input, in float32. */
  readonly activationBytes: number;
}

export interface Summary {
  readonly model: string;
  readonly inputShape: Shape;
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly multiplyAdds: number;
  readonly activationBytes: number;
  readonly layers: readonly LayerSummary[];
}

/** What a model consists of and costs, layer by layer, for one input. */
export function summarize(model: Model): Summary {
  const { nodes } = model.inferenceGraph(1);
  const layers = model.layers.map(({ name, layer, inputShape, outputShape }): LayerSummary => {
    const own = nodes.filter((node) => node.name.startsWith(`${name}/`));
    const parameters = layer.weights(inputShape).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return {
      name,
      type: layer.type,
      outputShape,
      parameters,
      trainableParameters: layer.trainable ? parameters : 0,
      multiplyAdds: own.reduce((sum, node) => sum + nodeCost(node, OPS).multiplyAdds, 0),
      activationBytes: 4 * sizeOf(outputShape),
    };
  });
  const total = (key: "parameters" | "trainableParameters" | "multiplyAdds" | "activationBytes") =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  return {
    model: model.name,
    inputShape: model.inputShape,
    parameters: total("parameters"),
    trainableParameters: total("trainableParameters"),
    multiplyAdds: total("multiplyAdds"),
    activationBytes: total("activationBytes"),
    layers,
  };
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

/** A summary as a table of text. */
export function summaryText(summary: Summary): string {
  const rows = summary.layers.map((layer) => [
    `${layer.name} (${layer.type})`,
    shapeText(layer.outputShape).replaceAll(",", ", "),
    number.format(layer.parameters),
    number.format(layer.multiplyAdds),
    bytesText(layer.activationBytes),
  ]);
  const header = ["layer", "output shape", "parameters", "multiply-adds", "activations"];
  const total = [
    "total",
    "",
    number.format(summary.parameters),
    number.format(summary.multiplyAdds),
    bytesText(summary.activationBytes),
  ];
  const widths = header.map((title, column) =>
    Math.max(...[...rows, header, total].map((row) => row[column]?.length ?? title.length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const frozen = summary.parameters - summary.trainableParameters;
  return [
    `model ${summary.model}: input ${shapeText(summary.inputShape).replaceAll(",", ", ")}`,
    rule,
    line(header),
    rule,
    ...rows.map(line),
    rule,
    line(total),
    `trainable parameters ${number.format(summary.trainableParameters)}, frozen ${number.format(frozen)}; ` +
      `weights ${bytesText(4 * summary.parameters)} in float32`,
  ].join("\n");
}
