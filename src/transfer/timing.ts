import { graphCost } from "../graph/index.ts";
import { OPS } from "../ops/index.ts";
import { at } from "../tensor/index.ts";
import type { Backbone } from "./backbone.ts";
import { FINE_TUNING, SCRATCH } from "./recipes.ts";
import type { StrategyName } from "./strategies.ts";

/** What an estimate of a training's time goes by. */
export interface Timing {
  readonly pictures: number;
  /** Seconds that reading a picture and the pass through the whole backbone took, in the mean. */
  readonly secondsPerPicture: number;
  /** The part of the backbone's multiply-adds that its last stage has. */
  readonly lastStage: number;
}

/** A step (forward, and the gradients by weights and by inputs) takes about three times a forward pass. */
const STEP = 3;

/** The part of a backbone's multiply-adds in its last stage. */
export function shareOfLastStage(backbone: Backbone): number {
  const { stages } = backbone;
  if (stages.length < 2) return 1;
  const costOf = (stage: (typeof stages)[number]) =>
    graphCost(backbone.upTo([stage]).inferenceGraph(1), OPS).multiplyAdds;
  const whole = costOf(at(stages, stages.length - 1));
  return whole === 0 ? 1 : 1 - costOf(at(stages, stages.length - 2)) / whole;
}

/** What each strategy takes beyond the features of the pictures as they are, which all begin with. */
export function secondsOf({ pictures, secondsPerPicture, lastStage }: Timing): Readonly<Record<StrategyName, number>> {
  const pass = pictures * secondsPerPicture;
  const { versions, epochs } = FINE_TUNING;
  return {
    features: 0,
    earlyFeatures: 0,
    fineTuneLast: pass * ((versions - 1) * (1 - lastStage) + epochs.lastStage * STEP * lastStage),
    fineTuneAll: pass * epochs.all * STEP,
    scratch: pass * SCRATCH.epochs * STEP,
  };
}
