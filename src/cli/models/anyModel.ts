import { stat } from "node:fs/promises";
import { quoted, withHint } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Model } from "../../model/index.ts";
import { buildNet, NET_NAMES } from "../../zoo/index.ts";
import { optionName } from "../flags/flag.ts";
import { type NetFlags, netOptions } from "./netOptions.ts";

/** What a model may be given on a command line. */
export interface ModelFlags extends NetFlags {
  /** What a file may become in memory. */
  readonly maxBytes?: number;
  /** Sizes of an ONNX file's open dimensions, by name. */
  readonly bind?: Readonly<Record<string, number>>;
}

/** Whether there is a file of this name; not a folder. */
export function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** How the messages of `modelFromOnnx` name what gives the sizes of open dimensions. */
const OPTION_NAMES = {
  bind: (names: readonly string[]) => `--bind ${names.map((name) => `${name}=224`).join(",")}`,
  inputShape: "--input-shape",
};

/**
 * A model by what stands on a command line: a net of the zoo, a file, or the folder of a run.
 * @param trained whether a run's model gets the weights that its training gave it
 * @throws StriateError `usage` that says what there is when it is none of them
 */
export async function anyModel(what: string, flags: ModelFlags, { trained = false } = {}): Promise<Model> {
  if (NET_NAMES.includes(what)) {
    const { bind, maxBytes: _, ...net } = flags;
    if (bind) throw new StriateError("usage", `--bind is for ONNX files; ${what} is a net of the zoo`);
    return buildNet(what, netOptions(net));
  }
  if (await isFile(what)) {
    const { inputShape, bind, maxBytes, ...others } = flags;
    const most = maxBytes === undefined ? {} : { maxBytes };
    refuse(others, `${what} is a file, and its model is as it is`);
    const { kindOfFile, loadModel, modelFromOnnx, readOnnxFile } = await import("../../formats/index.ts");
    const shaped = inputShape ? { inputShape } : {};
    if ((await kindOfFile(what)) === "onnx") {
      return modelFromOnnx(readOnnxFile(what, most), {
        ...shaped,
        ...most,
        ...(bind && { bind }),
        words: OPTION_NAMES,
      });
    }
    if (bind) throw new StriateError("usage", `--bind is for ONNX files; ${what} has no named dimensions`);
    return loadModel(what, { ...shaped, ...most });
  }
  const { readConfig } = await import("../runFolder/config.ts");
  const config = await readConfig(what);
  if (config) {
    const { maxBytes: _, ...others } = flags;
    refuse(others, `${what} is a run, and what it was started with stays`);
    const { modelOfRun, trainedModel } = await import("../runFolder/open.ts");
    return trained ? (await trainedModel(what)).model : modelOfRun(what, config);
  }
  const { knownRuns } = await import("../runFolder/folder.ts");
  const sentence = withHint(`there is no model, file or run ${quoted(what)}`, what, NET_NAMES, "models are");
  throw new StriateError("usage", `${sentence}; of runs ${await knownRuns()}`);
}

function refuse(flags: object, reason: string): void {
  const [option] = Object.keys(flags);
  if (option !== undefined) throw new StriateError("usage", `${reason}; leave out ${optionName(option)}`);
}
