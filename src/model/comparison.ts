import { bytesText, type LayerSummary, type Summary, shortNumber } from "./summary.ts";
import { tableWidth, textTable } from "./textTable.ts";

/** The numbers that are compared. */
export const COMPARED = ["parameters", "multiplyAdds", "activationBytes"] as const;

type Compared = (typeof COMPARED)[number];

/** The layers of one name in two models; one of both may not have it. */
export interface LayerPair {
  readonly name: string;
  readonly layers: readonly [LayerSummary | undefined, LayerSummary | undefined];
}

/** Two models side by side. */
export interface Comparison {
  readonly summaries: readonly [Summary, Summary];
  /** How many times the second one's total the first one's is. */
  readonly ratios: Readonly<Record<Compared, number>>;
  /** The layers of both, those of one name together; empty when no layer has a name that the other model has. */
  readonly layers: readonly LayerPair[];
}

/** What two models cost beside each other, layer by layer where their names agree. */
export function compareSummaries(first: Summary, second: Summary): Comparison {
  const [a, b] = [first, second].map(({ layers }) => new Map(layers.map((layer) => [layer.name, layer])));
  const ratio = (number: Compared) => first[number] / second[number];
  const layers = mergedNames(first, second).map((name): LayerPair => ({ name, layers: [a?.get(name), b?.get(name)] }));
  return {
    summaries: [first, second],
    ratios: {
      parameters: ratio("parameters"),
      multiplyAdds: ratio("multiplyAdds"),
      activationBytes: ratio("activationBytes"),
    },
    layers: layers.some(({ layers: [x, y] }) => x && y) ? layers : [],
  };
}

/** The names of both in the order of the first, those that only the second has before what follows them there. */
function mergedNames(first: Summary, second: Summary): string[] {
  const names = new Set<string>();
  const common = new Set(second.layers.map(({ name }) => name));
  const firstNames = new Set(first.layers.map(({ name }) => name));
  const waiting = second.layers.map(({ name }) => name);
  const takeUntil = (name: string | undefined) => {
    for (let next = waiting.shift(); next !== undefined && next !== name; next = waiting.shift()) {
      if (!firstNames.has(next)) names.add(next);
    }
  };
  for (const { name } of first.layers) {
    if (common.has(name) && waiting.includes(name)) takeUntil(name);
    names.add(name);
  }
  takeUntil(undefined);
  return [...names];
}

const number = new Intl.NumberFormat("en-US");
const ratioText = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const HEADINGS = { parameters: "parameters", multiplyAdds: "multiply-adds", activationBytes: "activations" };

/**
 * A comparison as a table of text: for each number a column of the first model and one of the second.
 * @param width the most characters of a line; default as many as there are
 */
export function comparisonText({ summaries, ratios, layers }: Comparison, width?: number): string {
  const [first, second] = summaries;
  const table = (narrow: boolean) => {
    const plain = narrow ? shortNumber : (value: number) => number.format(value);
    const text = (key: Compared, value: number) => (key === "activationBytes" ? bytesText(value) : plain(value));
    const cells = (pair: readonly (Pick<LayerSummary, Compared> | undefined)[]) =>
      COMPARED.flatMap((key) => pair.map((of) => (of ? text(key, of[key]) : "-")));
    return [
      ["layer", ...COMPARED.flatMap((key) => [`${HEADINGS[key]} 1`, "2"])],
      ...layers.map((pair) => [pair.name, ...cells(pair.layers)]),
      ["total", ...cells(summaries)],
    ];
  };
  const wide = table(false);
  const [header = [], ...rows] = width !== undefined && tableWidth(wide) > width ? table(true) : wide;
  const times = COMPARED.map((key) => `${HEADINGS[key]} ${ratioText.format(ratios[key])}`).join(", ");
  return [
    `1: model ${first.model}`,
    `2: model ${second.model}`,
    ...textTable(header, rows.slice(0, -1), rows.at(-1) ?? [], { left: [0], width }),
    `1 / 2: ${times}`,
  ].join("\n");
}
