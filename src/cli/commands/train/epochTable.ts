import type { EpochLog } from "../../../training/index.ts";

/**
 * The lines of a table that grows by a row an epoch: a head over the first one, numbers under their names. A net with one loss
 * and one metric takes less than 80 columns.
 */
export function epochTable(epochs: number): (log: EpochLog, seconds: number) => readonly string[] {
  let head: string | undefined;
  return (log, seconds) => {
    const { epoch, learningRate: _, ...metrics } = log;
    const cells = [
      ["epoch", `${epoch}/${epochs}`],
      ...Object.entries(metrics).map(([name, value]) => [title(name), value.toFixed(4)]),
      ["time", `${seconds.toFixed(1)} s`],
    ].map(([name = "", value = ""], i) => {
      const width = i === 0 ? Math.max(5, 2 * String(epochs).length + 1) : Math.max(8, name.length);
      return [name.padStart(width), value.padStart(width)];
    });
    const [names, row] = [0, 1].map((line) => cells.map((cell) => cell[line]).join("  "));
    const known = head;
    head = names;
    return known === names ? [row ?? ""] : [names ?? "", row ?? ""];
  };
}

/** `validationTop5Accuracy` as `val top5 accuracy`. */
function title(metric: string): string {
  return metric.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^validation /, "val ");
}
