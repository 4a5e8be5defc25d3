import { GraphBuilder } from "../graph/index.ts";
import { callLayer, input } from "../layers/index.ts";
import { onnxGraph } from "../layers/onnxGraph.ts";
import { model as functional, type Model } from "../model/index.ts";
import { instantiate, type OnnxModel, takenBy } from "../onnx/index.ts";
import { at, type Shape, type Tensor } from "../tensor/index.ts";
import { cutPoints } from "./cutPoints.ts";
import type { Cuts } from "./cuts.ts";
import type { CutPlace } from "./stages.ts";

/**
 * The places at which a model that was read from an ONNX file can be cut: values of the file that are feature maps, [batch,
 * channels, height, width]. Nothing for a model of layers.
 */
export function onnxCuts(model: Model): Cuts | undefined {
  const [placed, ...others] = model.layers;
  if (placed?.layer.type !== "onnxGraph" || others.length > 0) return undefined;
  const { model: file, maxBytes } = placed.layer.config as { readonly model: OnnxModel; readonly maxBytes?: number };
  const shapes = shapesOf(
    file,
    model.inputs.map(({ shape }) => shape),
  );
  const steps = file.nodes.map((node) => ({ inputs: takenBy(node), outputs: node.outputs }));
  const points = new Set(
    cutPoints(
      steps,
      file.inputs.map(({ name }) => name),
      file.outputs,
    ),
  );
  const made = new Set([...file.inputs.map(({ name }) => name), ...file.nodes.flatMap(({ outputs }) => outputs)]);
  const depending = (names: readonly string[]) => names.filter((name) => made.has(name)).length > 1;
  const variables = new Set(placed.variables.keys());
  const places: CutPlace[] = [];
  let weights: string[] = [];
  for (const node of file.nodes) {
    for (const name of takenBy(node)) {
      const taken = variables.delete(name);
      if (taken) weights.push(`${placed.name}/${name}`);
    }
    for (const name of node.outputs) {
      const [, channels, height, width, ...more] = shapes.get(name) ?? [];
      if (!points.has(name) || channels === undefined || height === undefined || width === undefined) continue;
      if (more.length > 0) continue;
      places.push({ name, height, width, channels, merges: depending(node.inputs), weights });
      weights = [];
    }
  }
  return {
    places,
    mapFormat: "channelsFirst",
    upTo(names) {
      const part = endingIn(file, names);
      const inputs = model.inputs.map((own, i) => input({ name: at(model.inputNames, i), shape: own.shape }));
      const most = maxBytes === undefined ? {} : { maxBytes };
      const layer = onnxGraph({ model: part, name: placed.name, ...most });
      const cut = functional({ name: model.name, inputs, outputs: callLayer(layer, inputs) });
      const kept = new Set(cut.weightSpecs.map(({ key }) => key));
      cut.setWeights(new Map([...model.weights].filter(([key]) => kept.has(key))));
      return cut;
    },
  };
}

/** The shapes of all values of a file, for one example. */
function shapesOf(file: OnnxModel, inputs: readonly Shape[]): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  const g = new GraphBuilder(file.name);
  const values = file.inputs.map(({ name, dtype, dims }, i): [string, ReturnType<GraphBuilder["input"]>] => {
    const batch = typeof dims?.[0] === "number" ? dims[0] : 1;
    return [name, g.input(name, dtype, [batch, ...at(inputs, i)])];
  });
  instantiate(file, g, new Map(values), { onShape: (name, shape) => shapes.set(name, shape) });
  return shapes;
}

/** The file up to some of its values, without what only others need. */
function endingIn(file: OnnxModel, outputs: readonly string[]): OnnxModel {
  const needed = new Set(outputs);
  const nodes = file.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((name) => needed.has(name))) return false;
      for (const name of takenBy(node)) needed.add(name);
      return true;
    })
    .toReversed();
  const initializers = new Map<string, Tensor>([...file.initializers].filter(([name]) => needed.has(name)));
  return { ...file, outputs, nodes, initializers };
}
