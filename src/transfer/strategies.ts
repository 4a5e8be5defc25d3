import { unknownName } from "../checks/index.ts";

/** What is trained, and when that is the right thing to do. */
export interface Strategy {
  /** One line, for a list. */
  readonly summary: string;
  /** The rule of a course on convolutional nets: for how many pictures, and how like those of the backbone. */
  readonly when: string;
  /** The stages whose weights are trained: none, the last, or all. */
  readonly trains: "head" | "lastStage" | "all";
  /** Whether the backbone keeps its weights at the start. */
  readonly pretrained: boolean;
  /** Whether the features may end in an earlier stage than the last. */
  readonly early: boolean;
}

/** The five ways of transfer learning. */
export const STRATEGIES = {
  features: {
    summary: "a linear softmax on the features of the last stage",
    when: "few pictures, like those that the backbone learned from",
    trains: "head",
    pretrained: true,
    early: false,
  },
  fineTuneLast: {
    summary: "the linear softmax first, then the last stage with it, at a low rate",
    when: "more pictures, like those that the backbone learned from",
    trains: "lastStage",
    pretrained: true,
    early: false,
  },
  fineTuneAll: {
    summary: "the linear softmax first, then all layers from their pretrained weights, earlier ones at lower rates",
    when: "many pictures, also where they differ from those that the backbone learned from",
    trains: "all",
    pretrained: true,
    early: false,
  },
  scratch: {
    summary: "the same net from random weights",
    when: "very many pictures that no backbone's features fit",
    trains: "all",
    pretrained: false,
    early: false,
  },
  earlyFeatures: {
    summary: "a linear softmax on the features of an earlier stage, the one that measures best",
    when: "few pictures, unlike those that the backbone learned from",
    trains: "head",
    pretrained: true,
    early: true,
  },
} as const satisfies Readonly<Record<string, Strategy>>;

/** The name of a strategy. */
export type StrategyName = keyof typeof STRATEGIES;

/** All of them. */
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as readonly StrategyName[];

/** @throws StriateError `usage` that lists them where there is none of this name */
export function strategyNamed(name: string): Strategy {
  if (!Object.hasOwn(STRATEGIES, name)) throw unknownName("strategy", name, STRATEGY_NAMES);
  return STRATEGIES[name as StrategyName];
}
