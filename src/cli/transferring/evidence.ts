import { relative } from "node:path";
import { nameText } from "../../checks/index.ts";
import type { LabelledFile } from "../../data/index.ts";
import { type Accuracy, type Advice, FAULTS, type PictureFault, type Study } from "../../transfer/index.ts";
import type { Output } from "../terminal/output.ts";
import { countOf, durationText } from "../terminal/quantities.ts";

/** What was found in some photos. */
export interface Found {
  readonly advice: Advice;
  readonly study: Study;
  readonly faults: readonly PictureFault[];
  readonly source: string;
  readonly files: readonly LabelledFile[];
  readonly classNames: readonly string[];
}

/** Lines of one kind that people see; machines get all. */
const SHOWN = 10;

/** Photos whose label looks wrong, by name, the surest first. */
export function suspectsIn({ study, files, classNames }: Found) {
  return study.suspects.map(({ index, label, looksLike, probability }) => ({
    path: files[index]?.path ?? "",
    class: classNames[label] ?? "",
    looksLike: classNames[looksLike] ?? "",
    probability,
  }));
}

/** Groups of photos that are the same scene, by name. */
export function duplicatesIn({ study, files }: Found): readonly (readonly string[])[] {
  return study.duplicates.map((group) => group.map((index) => files[index]?.path ?? ""));
}

/** Photos in which there is little to see, by name. */
export function faultsIn({ faults, files, classNames }: Found) {
  return faults.map(({ index, fault }) => ({
    path: files[index]?.path ?? "",
    class: classNames[files[index]?.label ?? -1] ?? "",
    fault,
  }));
}

/** The event `advice`. */
export function adviceEvent(found: Found): object {
  const { advice, study, classNames } = found;
  return {
    event: "advice",
    strategy: advice.strategy,
    reasons: advice.reasons,
    classes: classNames.map((name, label) => ({ name, count: study.counts[label] ?? 0 })),
    probes: advice.probes,
    learningCurve: advice.learningCurve,
    suspects: suspectsIn(found),
    duplicates: duplicatesIn(found),
    faults: faultsIn(found),
    seconds: advice.seconds,
  };
}

/** `0.903 (0.866 to 0.931)`. */
export function accuracyText({ accuracy, low, high }: Accuracy): string {
  return `${accuracy.toFixed(3)} (95% interval ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** Tells the accuracy of a linear probe on each stage. */
export function tellProbes(output: Output, { probes }: Advice): void {
  const width = Math.max(...probes.map(({ stage }) => stage.length));
  output.tell("accuracy of a linear probe, cross-validated, on the features of each stage, from early to late:");
  for (const { stage, ...accuracy } of probes)
    output.tell(`  ${nameText(stage).padEnd(width)}  ${accuracyText(accuracy)}`);
}

/** Tells what more photos would bring. */
export function tellLearningCurve(output: Output, { learningCurve }: Advice): void {
  const measured = learningCurve.filter(({ predicted }) => !predicted).at(-1);
  const predicted = learningCurve.find((point) => point.predicted);
  if (!measured || !predicted) return;
  output.tell(
    `with ${countOf(measured.pictures, "photo")} a probe reaches ${measured.accuracy.toFixed(3)}; ` +
      `with ${countOf(predicted.pictures, "photo")}, by its learning curve, about ${predicted.accuracy.toFixed(3)}`,
  );
}

/** Tells which labels look wrong, and which photos are there more than once. */
export function tellSuspicions(output: Output, found: Found): void {
  const short = (path: string) => nameText(relative(found.source, path));
  const suspects = suspectsIn(found);
  if (suspects.length > 0) output.tell(`${countOf(suspects.length, "label looks", "labels look")} wrong:`);
  for (const { path, looksLike, probability } of suspects.slice(0, SHOWN)) {
    output.tell(`  ${short(path)} looks like ${nameText(looksLike)} (${(100 * probability).toFixed(0)}%)`);
  }
  tellMore(output, suspects.length);
  const duplicates = duplicatesIn(found);
  if (duplicates.length > 0)
    output.tell(`${countOf(duplicates.length, "scene is", "scenes are")} there more than once:`);
  for (const group of duplicates.slice(0, SHOWN)) output.tell(`  ${group.map(short).join(", ")}`);
  tellMore(output, duplicates.length);
  const faults = faultsIn(found);
  if (faults.length > 0) output.tell(`${countOf(faults.length, "photo has", "photos have")} little to see:`);
  for (const { path, fault } of faults.slice(0, SHOWN)) output.tell(`  ${short(path)} is ${fault} (${FAULTS[fault]})`);
  tellMore(output, faults.length);
}

function tellMore(output: Output, count: number): void {
  if (count > SHOWN) output.tell(`  and ${count - SHOWN} more; striate advise --list FILE.csv writes them all`);
}

/** Tells how long each strategy would take from here. */
export function tellSeconds(output: Output, { seconds }: Advice): void {
  const each = Object.entries(seconds).map(([name, s]) => `${name} ${s < 1 ? "at once" : durationText(s)}`);
  output.tell(`time of each strategy on this machine, from the features on: ${each.join(", ")}`);
}
