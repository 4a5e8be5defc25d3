import { StriateError } from "../errors.ts";

/** A place at which a backbone can be cut: feature maps that all that follows is computed from. */
export interface CutPlace {
  /** Of the layer, or in an ONNX file of the value, that makes the maps. */
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Feature maps. */
  readonly channels: number;
  /** Whether it brings branches together, as the end of a block does: an addition, a concatenation. */
  readonly merges: boolean;
  /** The keys of the weights between the place before and this one. */
  readonly weights: readonly string[];
}

/**
 * A part of a backbone in which the feature maps have one resolution, to a factor of two: the convolutions that see the
 * picture at that scale. `conv5` of a VGG or ResNet is one. It is named by the layer in which it ends.
 */
export interface Stage extends CutPlace {
  /** How many times smaller than the picture the maps are, by height. */
  readonly stride: number;
}

/**
 * Puts the places at which a net can be cut together to stages, each of which has weights. The last one ends in `cut`; others
 * end in the last place of their resolution at which a block ends, rather than in an expansion within the next block.
 * Places after the cut (a classifier) belong to none.
 * @param inputHeight of the pictures, in pixels
 * @param cut default: the last place with more than one pixel
 * @throws StriateError `usage` where there is no such place, listing those that there are, or no place with maps at all
 */
export function stagesOf(
  model: string,
  places: readonly CutPlace[],
  inputHeight: number,
  cut: string | undefined,
): readonly Stage[] {
  const end =
    cut === undefined
      ? places.findLastIndex(({ height, width }) => height > 1 || width > 1)
      : places.findIndex(({ name }) => name === cut);
  if (end < 0) throw cut === undefined || places.length === 0 ? noMaps(model) : noPlace(model, places, cut);
  const ends = endsOf(places.slice(0, end + 1), inputHeight);
  const stages: Stage[] = [];
  let start = 0;
  for (const index of ends) {
    const weights = places.slice(start, index + 1).flatMap((place) => place.weights);
    start = index + 1;
    const place = places[index];
    if (!place) continue;
    // A pooling at the end, without weights, ends the stage before it; one at the beginning is part of the next.
    const before = weights.length === 0 ? stages.pop() : undefined;
    if (weights.length === 0 && !before && index !== end) continue;
    stages.push({ ...place, weights: before?.weights ?? weights, stride: Math.round(inputHeight / place.height) });
  }
  return stages;
}

/** Where the stages end: a place of each resolution, and the last of all. */
function endsOf(places: readonly CutPlace[], inputHeight: number): readonly number[] {
  const octaves = new Map<number, number[]>();
  for (const [i, { height }] of places.entries()) {
    const octave = Math.round(Math.log2(inputHeight / height));
    octaves.set(octave, [...(octaves.get(octave) ?? []), i]);
  }
  const last = places.length - 1;
  const ends = [...octaves.values()].map((members) => (members.includes(last) ? last : endOf(places, members)));
  return [...new Set(ends)].sort((a, b) => a - b);
}

/** Of the places of one resolution, the last that is the end of a block. */
function endOf(places: readonly CutPlace[], members: readonly number[]): number {
  const channelsOf = (i: number | undefined) => places[i ?? -1]?.channels ?? 0;
  const merge = members.findLast((i) => places[i]?.merges);
  const fewest = Math.min(...members.map(channelsOf));
  const isEnd = (i: number) =>
    merge === undefined ? channelsOf(i) <= EXPANSION * fewest : i >= merge && channelsOf(i) === channelsOf(merge);
  return members.findLast(isEnd) ?? members.at(-1) ?? 0;
}

/** More times the channels are an expansion within a block (inverted residuals have 6), not what a stage makes. */
const EXPANSION = 3;

function noMaps(model: string): StriateError {
  return new StriateError(
    "usage",
    `${model} has no feature maps: no layer's output is [height, width, channels] with everything after it computed from it. ` +
      "Transfer learning takes a convolutional net, such as efficientnet-lite0",
  );
}

function noPlace(model: string, places: readonly CutPlace[], cut: string): StriateError {
  const shown = places.slice(-SHOWN_PLACES).map(({ name, height, width, channels }) => {
    return `${name} (${height}x${width}x${channels})`;
  });
  const more = places.length > SHOWN_PLACES ? `, and ${places.length - SHOWN_PLACES} earlier ones` : "";
  return new StriateError(
    "usage",
    `${model} cannot be cut at ${JSON.stringify(cut)}; it can at ${shown.join(", ") || "no layer"}${more}`,
  );
}

/** Names in an error. */
const SHOWN_PLACES = 12;
