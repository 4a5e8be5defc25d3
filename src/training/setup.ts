import { quoted } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import type { Progress } from "./checkpoint.ts";
import { objectiveText } from "./objective.ts";
import type { FitSettings } from "./settings.ts";

/** What may be another when a run goes on, if it is said so. */
export type ResumeChange = "learningRate" | "validation";

/** What decides how a run goes on from a position, and what it is compared by when it is resumed. */
export function setupOf(model: Model, settings: FitSettings): Progress["setup"] {
  const { seed, batchSize, shuffle, objectives, optimizer, train, validation } = settings;
  const { learningRate } = optimizer;
  return {
    seed,
    batchSize,
    examples: train.length,
    shuffle,
    loss: `${objectiveText(objectives)}${train.weighted ? " with sample weights" : ""}`,
    optimizer: JSON.stringify([optimizer.name, optimizer.config]),
    learningRate: textOf(typeof learningRate === "number" ? learningRate : learningRate.config),
    metrics: objectives.flatMap(({ prefix, metrics }) => metrics.map(({ name }) => prefix + name)),
    frozen: model.weightSpecs.filter(({ trainable }) => !trainable).map(({ key }) => key),
    validation: validation?.length ?? 0,
  };
}

/**
 * @throws StriateError `checkpoint` that names what differs, when a run would go on under another setup. Metrics may be others
 * after a whole epoch; in the middle of one their sums would be of some of its examples.
 */
export function checkSetup(
  path: string,
  { setup, batch }: Progress,
  mine: Progress["setup"],
  allowed: readonly ResumeChange[],
): void {
  const ignored: readonly string[] = batch === 0 ? [...allowed, "metrics"] : allowed;
  const now: Readonly<Record<string, unknown>> = mine;
  const changed = Object.entries(setup).filter(
    ([key, value]) => !ignored.includes(key) && textOf(now[key]) !== textOf(value),
  );
  if (changed.length === 0) return;
  const list = changed.map(([key, value]) => changeText(key, value, now[key])).join("; ");
  const permit = changed.every(([key]) => key === "learningRate" || key === "validation")
    ? `, or say resumeChanges: [${changed.map(([key]) => `"${key}"`).join(", ")}]`
    : "";
  throw new StriateError(
    "checkpoint",
    `checkpoint ${path} is of a run with another setup: ${list}; resume with the same one${permit}`,
  );
}

function changeText(key: string, before: unknown, now: unknown): string {
  if (!Array.isArray(before) || !Array.isArray(now)) return `${key} was ${before} and is ${now} now`;
  const more = now.filter((name) => !before.includes(name)).map((name) => quoted(String(name)));
  const less = before.filter((name) => !now.includes(name)).map((name) => quoted(String(name)));
  const parts = [more.length > 0 && `with ${shortList(more)}`, less.length > 0 && `without ${shortList(less)}`];
  return `${key} is now ${parts.filter(Boolean).join(" and ") || "in another order"}`;
}

function shortList(names: readonly string[]): string {
  const more = names.length > 6 ? ` and ${names.length - 6} more` : "";
  return names.slice(0, 6).join(", ") + more;
}

/** A function of the user's has no text of its own. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "a schedule");
}
