/** What was measured over the examples of an epoch so far: sums, of which the means are told. */
export interface Sums {
  readonly examples: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Where a run stands: finished epochs, finished steps of the current one and of all, and the sums of the current one. It is
 * one value that advances as a whole, by a step or by an epoch, so that a checkpoint of any moment is of one moment. What
 * has been read ahead is no part of it.
 */
export interface Position {
  readonly epoch: number;
  readonly batch: number;
  readonly step: number;
  readonly sums: Sums;
}

/** What a step gave. */
export interface StepResult {
  readonly examples: number;
  /** The mean over the batch. */
  readonly loss: number;
  /** Sums over the batch. */
  readonly metrics: readonly (readonly [name: string, sum: number])[];
}

const NOTHING: Sums = { examples: 0, loss: 0, metrics: {} };

export const START: Position = { epoch: 0, batch: 0, step: 0, sums: NOTHING };

export function afterStep({ epoch, batch, step, sums }: Position, { examples, loss, metrics }: StepResult): Position {
  const added = metrics.map(([name, sum]) => [name, (sums.metrics[name] ?? 0) + sum]);
  return {
    epoch,
    batch: batch + 1,
    step: step + 1,
    sums: {
      examples: sums.examples + examples,
      loss: sums.loss + loss * examples,
      metrics: { ...sums.metrics, ...Object.fromEntries(added) },
    },
  };
}

export function afterEpoch({ epoch, step }: Position): Position {
  return { epoch: epoch + 1, batch: 0, step, sums: NOTHING };
}

/** The loss and every metric, over the examples of the epoch so far. */
export function meansOf({ examples, loss, metrics }: Sums): { loss: number } & Record<string, number> {
  const means = Object.entries(metrics).map(([name, sum]) => [name, sum / examples]);
  return { loss: loss / examples, ...Object.fromEntries(means) };
}
