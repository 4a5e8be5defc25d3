import { relative } from "node:path";
import { checkEngineName } from "../../../engine/index.ts";
import { advise } from "../../../transfer/index.ts";
import type { Context } from "../../context.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { openEngine } from "../../openEngine.ts";
import { backboneOf } from "../../runFolder/transferModel.ts";
import { commandText } from "../../terminal/invocation.ts";
import {
  adviceEvent,
  type Found,
  tellLearningCurve,
  tellProbes,
  tellSeconds,
  tellSuspicions,
} from "../../transferring/evidence.ts";
import { showPhases } from "../../transferring/phases.ts";
import { loadPhotos, photosNamed, tellPhotos } from "../../transferring/photos.ts";
import type { AdviseFlags } from "./flags.ts";
import { writeList } from "./list.ts";

/** `striate advise`: what some photos are like to a backbone, and which strategy fits. Nothing is trained or changed. */
export async function adviseOn(context: Context<AdviseFlags>): Promise<number> {
  const { args, flags, given, output, signal } = context;
  const source = photosNamed("advise", args, given.data);
  const { engine: name, folds, list, seed } = flags;
  if (name !== undefined) checkEngineName(name);
  const backbone = await backboneOf(flags);
  const data = await loadPhotos(source, flags, backbone);
  tellPhotos(output, data, backbone);
  const engine = await openEngine(context, flags);
  const phases = showPhases(context, () => undefined);
  try {
    const { onEvent } = phases;
    const advised = await advise(backbone, data.train, { engine, signal, seed, onEvent, ...defined({ folds }) });
    const found = { ...advised, source, files: data.pictures.train ?? [], classNames: data.classNames };
    if (list !== undefined) await writeList(list, found);
    output.event(adviceEvent(found));
    tell(context, found);
    return DONE;
  } finally {
    phases.close();
  }
}

function tell({ output, flags }: Context<AdviseFlags>, found: Found): void {
  const { advice, study, classNames, source } = found;
  output.tell(`photos of each class: ${classNames.map((name, i) => `${name} ${study.counts[i] ?? 0}`).join(", ")}`);
  tellProbes(output, advice);
  tellLearningCurve(output, advice);
  tellSuspicions(output, found);
  tellSeconds(output, advice);
  output.tell(`advice: ${advice.strategy}`);
  for (const reason of advice.reasons) output.tell(`  ${reason}`);
  if (flags.list !== undefined) output.tell(`${flags.list} lists what looks wrong and what is there more than once`);
  output.tell(`Next:\n  ${commandText(`transfer ${relative("", source)}`)}`);
}
