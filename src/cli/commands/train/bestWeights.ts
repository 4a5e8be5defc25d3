import { readFile } from "node:fs/promises";
import { z } from "zod";
import {
  decodeSafetensors,
  encodeSafetensors,
  loadWeights,
  weightsMetadata,
  writeFileAtomic,
} from "../../../formats/index.ts";
import type { Model } from "../../../model/index.ts";
import type { Callback, Run } from "../../../training/index.ts";

/** An epoch, and its validation loss. */
export interface BestEpoch {
  readonly epoch: number;
  readonly loss: number;
}

/** Keeps the weights of the epoch with the least validation loss in a file. */
export interface BestWeights {
  readonly callback: Callback;
  /** The best epoch, whose weights the file holds; none without validation. */
  best(): BestEpoch | undefined;
}

const stateSchema = z.object({
  best: z.object({ epoch: z.int(), loss: z.number() }).optional(),
  /** Whether the checkpoint is that of an epoch's end, so that its weights are those of the epoch. */
  atEpochEnd: z.boolean(),
});

/**
 * The checkpoint says which epoch was the best, and the file which one it holds: it is written after the checkpoint, and
 * again by a resume where the process was killed between the two.
 */
export function bestWeights(path: string, say: (text: string) => void): BestWeights {
  let best: BestEpoch | undefined;
  let improved = false;
  let atEpochEnd = false;
  const write = async (run: Run) => {
    if (!best) return;
    const metadata = { ...weightsMetadata(run.model), [EPOCH_KEY]: String(best.epoch) };
    await writeFileAtomic(path, encodeSafetensors(await run.readWeights(), metadata));
  };
  const callback: Callback = {
    name: "bestWeights",
    onTrainBegin: async (run) => {
      if (!best || (await epochOf(path)) === best.epoch) return;
      if (atEpochEnd && best.epoch === run.history.length) await write(run);
      else {
        say(
          `${path} does not have the weights of epoch ${best.epoch}, which was the best; the best from here on are kept`,
        );
        best = undefined;
      }
    },
    onBatchEnd: () => {
      atEpochEnd = false;
    },
    onEpochEnd: ({ epoch, validationLoss: loss = Number.NaN }) => {
      atEpochEnd = true;
      improved = Number.isFinite(loss) && !(best && best.loss <= loss);
      if (improved) best = { epoch, loss };
    },
    onSave: async ({ when }, run) => {
      if (when === "epoch" && improved) await write(run);
    },
    state: () => ({ data: { best, atEpochEnd } }),
    restore: ({ data }) => {
      const state = stateSchema.parse(data);
      best = state.best;
      atEpochEnd = state.atEpochEnd;
    },
  };
  return { callback, best: () => best };
}

/**
 * Leaves the weights of a run: those of its best epoch in one file, which the model has then, and those of the last one in
 * another; without validation the last ones alone, in the first file.
 */
export async function leaveWeights(
  model: Model,
  best: BestEpoch | undefined,
  files: { readonly best: string; readonly last: string },
): Promise<void> {
  const encoded = encodeSafetensors(model.weights, weightsMetadata(model));
  if (!best) return writeFileAtomic(files.best, encoded);
  await writeFileAtomic(files.last, encoded);
  await loadWeights(model, files.best);
}

const EPOCH_KEY = "epoch";

/** The epoch whose weights a file holds. */
async function epochOf(path: string): Promise<number | undefined> {
  try {
    const { metadata } = decodeSafetensors(await readFile(path), path);
    return Number(metadata[EPOCH_KEY]);
  } catch {
    return undefined; // missing, or not what it should be: it is written again
  }
}
