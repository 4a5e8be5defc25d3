import { callLayer, type Layer, type LayerCall, type SymbolicTensor } from "../layers/index.ts";
import { model as functional, Model } from "../model/index.ts";
import { at } from "../tensor/index.ts";
import { cutPoints } from "./cutPoints.ts";
import type { Cuts } from "./cuts.ts";
import type { CutPlace } from "./stages.ts";

/**
 * The places at which a model of layers can be cut: outputs of layers that are feature maps. Models in it are taken apart,
 * so that a net around a frozen base is cut inside of the base.
 */
export function layerCuts(model: Model, channelsFirst: boolean): Cuts {
  const calls: LayerCall[] = [];
  const outputs = unfolded(model, model.inputs, calls);
  const points = new Set(cutPoints(calls, model.inputs, outputs));
  const whole = functional({ inputs: model.inputs, outputs });
  const nameOf = new Map(whole.layers.map(({ name, layer }) => [layer, name]));
  const keysOf = new Map(whole.layers.map(({ name, layer, variables }) => [layer, keys(name, variables)]));
  const tensors = new Map<string, SymbolicTensor>();
  const places: CutPlace[] = [];
  let weights: string[] = [];
  const counted = new Set<Layer>();
  for (const { layer, inputs, outputs } of calls) {
    if (!counted.has(layer)) weights.push(...(keysOf.get(layer) ?? []));
    counted.add(layer);
    const [maps] = outputs;
    const name = nameOf.get(layer);
    if (!maps || name === undefined || outputs.length > 1 || !points.has(maps) || maps.shape.length !== 3) continue;
    // A layer that is called again would give two places one name; the first is kept.
    if (tensors.has(name)) continue;
    const [first = 0, second = 0, third = 0] = maps.shape;
    const [height, width, channels] = channelsFirst ? [second, third, first] : [first, second, third];
    places.push({ name, height, width, channels, merges: inputs.length > 1, weights });
    tensors.set(name, maps);
    weights = [];
  }
  return {
    places,
    mapFormat: channelsFirst ? "channelsFirst" : "channelsLast",
    upTo: (names) =>
      functional({
        name: model.name,
        inputs: model.inputs,
        outputs: names.map((name) => tensors.get(name)).filter((tensor) => tensor !== undefined),
      }),
  };
}

function keys(name: string, variables: ReadonlyMap<string, unknown>): string[] {
  return [...variables.keys()].map((variable) => `${name}/${variable}`);
}

/** Calls the layers of a model, and those of the models in it, on tensors; the calls are added in their order. */
function unfolded(model: Model, inputs: readonly SymbolicTensor[], calls: LayerCall[]): readonly SymbolicTensor[] {
  const made = new Map(model.inputs.map((input, i) => [input, at(inputs, i)]));
  const own = model.inputs.every((input, i) => input === inputs[i]);
  for (const call of model.calls) {
    const given = call.inputs.map((input) => made.get(input) ?? input);
    const results =
      call.layer instanceof Model
        ? unfolded(call.layer, given, calls)
        : own && given.every((input, i) => input === call.inputs[i])
          ? recorded(call, calls)
          : recorded(at(callLayer(call.layer, given), 0).call, calls);
    for (const [i, output] of call.outputs.entries()) made.set(output, at(results, i));
  }
  return model.outputs.map((output) => made.get(output) ?? output);
}

function recorded(call: LayerCall, calls: LayerCall[]): readonly SymbolicTensor[] {
  calls.push(call);
  return call.outputs;
}
