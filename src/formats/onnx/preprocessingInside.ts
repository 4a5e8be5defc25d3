import * as z from "zod";
import { asError, StriateError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";
import type { Graph, Value } from "../../graph/index.ts";
import { type Model, type ModelPictures, type Preprocessing, preprocessingOfBytes } from "../../model/index.ts";
import { shapeText } from "../../tensor/index.ts";
import { type NetInput, preprocessingNodes } from "./preprocessingNodes.ts";

/** The key under which a file's metadata says what of the preprocessing is in its graph. */
const PREPROCESSING_KEY = "striate.preprocessing";

/** The names of the open dimensions of a file that takes pictures of any size. */
const [HEIGHT, WIDTH] = ["height", "width"] as const;

/** The element type of the pictures that a file takes, with values from 0 to 255. */
export type PictureInput = "uint8" | "float32";

const schema = z.object({ size: z.tuple([z.int().positive(), z.int().positive()]) });

const CHANNELS = { grey: 1, RGB: 3, BGR: 3, RGBA: 4 } as const;

/** What stands between pictures and a net. */
interface Inside {
  readonly net: NetInput;
  readonly preprocessing: Preprocessing;
}

/**
 * What of a model's preprocessing can be in the graph of its file.
 * @returns why nothing can, as the end of a sentence about the model
 */
function insideOf({ pictures, inputs }: Model): Inside | string {
  const preprocessing = pictures?.preprocessing;
  if (!preprocessing) return "does not know how its pictures are prepared";
  const channels = CHANNELS[preprocessing.channels];
  if (channels === 4) return "takes pictures with transparency, whose colours are weighted by it when they are resized";
  const [input, ...others] = inputs;
  const [first = 0, second = 0, third = 0, ...more] = input?.shape ?? [];
  if (others.length === 0 && more.length === 0) {
    if (third === channels)
      return { preprocessing, net: { height: first, width: second, channels, channelsFirst: false } };
    if (first === channels)
      return { preprocessing, net: { height: second, width: third, channels, channelsFirst: true } };
  }
  return `takes ${inputs.map(({ shape }) => shapeText(shape)).join(" and ")}, which no picture is`;
}

/** Why a model's file cannot have its preprocessing inside, as the end of a sentence about the model; undefined if it can. */
export function whyNotInside(model: Model): string | undefined {
  const inside = insideOf(model);
  return typeof inside === "string" ? inside : undefined;
}

/** What is written of a model whose preprocessing is in the graph. */
export interface WithPreprocessing {
  readonly graph: Graph;
  /** The names of the open dimensions of the input. */
  readonly open: ReadonlyMap<Value, readonly (string | undefined)[]>;
  /** What a picture of the net's size still goes through: nothing but the order of its channels. */
  readonly pictures: ModelPictures;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A graph for inference with its model's preprocessing before it: it takes pictures of any size, [batch, height, width,
 * channels] with values from 0 to 255.
 * @throws StriateError `usage` when the model does not know its preprocessing, or it cannot be in a graph
 */
export function withPreprocessing(model: Model, graph: Graph, dtype: PictureInput): WithPreprocessing {
  const inside = insideOf(model);
  const [input] = graph.inputs;
  if (typeof inside === "string" || !input) {
    throw new StriateError("usage", `the preprocessing cannot be in the file: model ${model.name} ${inside}`);
  }
  const { net, preprocessing } = inside;
  const { height, width, channels } = net;
  const pictures: Value = { name: input.name, dtype, shape: [input.shape[0] ?? 1, height, width, channels] };
  const { nodes, prepared } = preprocessingNodes(pictures, preprocessing, net);
  const current = (value: Value) => (value === input ? prepared : value);
  const written = { size: [height, width], input: dtype, values: [0, 255], inside: preprocessing };
  return {
    graph: {
      ...graph,
      inputs: [pictures],
      nodes: [...nodes, ...graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((v) => v && current(v)) }))],
      outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, current(value)])),
    },
    open: new Map([[pictures, [undefined, HEIGHT, WIDTH]]]),
    pictures: { ...model.pictures, preprocessing: preprocessingOfBytes(preprocessing) },
    metadata: { [PREPROCESSING_KEY]: JSON.stringify(written) },
  };
}

/**
 * The size that the open dimensions of a file's input have where nobody says another: that of the net behind the
 * preprocessing, of which a picture comes through it as it is. Empty for other files.
 * @throws StriateError `data` where the metadata says something else than Striate writes
 */
export function sizeInside(metadata: ReadonlyMap<string, string>, file: string): Readonly<Record<string, number>> {
  const text = metadata.get(PREPROCESSING_KEY);
  if (text === undefined) return {};
  try {
    const [height, width] = schema.parse(JSON.parse(text)).size;
    return { [HEIGHT]: height, [WIDTH]: width };
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : asError(thrown).message;
    throw dataError(file, `its ${PREPROCESSING_KEY} is not what Striate writes: ${reason}`);
  }
}
