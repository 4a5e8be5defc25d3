import { extname } from "node:path";
import { nameText, nearest, pathText, quoted } from "../../../checks/index.ts";
import { StriateError } from "../../../errors.ts";
import {
  endingsOf,
  FORMATS,
  formatOfEnding,
  kindOfFile,
  readArrays,
  saveModel,
  writeFileAtomic,
} from "../../../formats/index.ts";
import { NET_NAMES, pretrained } from "../../../zoo/index.ts";
import type { Context } from "../../context.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import type { Values } from "../../flags/flag.ts";
import { anyModel, isFile } from "../../models/anyModel.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import { readConfig } from "../../runFolder/config.ts";
import { counted } from "../../terminal/quantities.ts";
import type { ConvertFlags } from "./flags.ts";

/** `striate convert`: from whatever a file is to what the other's ending says. */
export async function convert({ args, flags, output }: Context<ConvertFlags>): Promise<number> {
  const [from = "", to = ""] = args;
  await checkNotOverRead([to], [from], "the second file");
  const kind = (await isFile(from)) ? await kindOfFile(from) : "model";
  const isArrays = kind !== "model" && FORMATS[kind].readArrays !== undefined;
  if (flags.model !== undefined && !isArrays) await refuseModel(from, kind, flags.model);
  const { what, lost } =
    isArrays && flags.model === undefined ? await convertArrays(from, to, flags) : await convertModel(from, to, flags);
  output.result(
    { from, to, kind, lost },
    [`${to}: ${what}, from ${from} (${kind})`, ...lost.map((thing) => `lost: ${thing}`)].join("\n"),
  );
  return DONE;
}

/** `--model` names the net of weights alone; what is a model already needs none. */
async function refuseModel(from: string, kind: string, net: string): Promise<void> {
  if (kind === "hdf5") return; // whole models and weights alone
  const what = kind === "model" ? await modelKind(from) : `a ${kind} file, which holds the whole model`;
  throw new StriateError(
    "usage",
    `--model says which net weights alone belong to, and ${pathText(from)} is ${what}; leave out --model ${nameText(net)}`,
  );
}

async function modelKind(from: string): Promise<string> {
  if (NET_NAMES.includes(from)) return "a net of the zoo";
  if (await readConfig(from)) return "a run";
  const sentence = `there is no file ${quoted(from)} with weights for --model`;
  throw new StriateError("usage", `${sentence}; check the path`);
}

interface Converted {
  readonly what: string;
  readonly lost: readonly string[];
}

async function convertModel(from: string, to: string, flags: Values<ConvertFlags>): Promise<Converted> {
  const { model: net, inputShape, bind, classes, maxBytes } = flags;
  const shaped = defined({ inputShape });
  checkEnding(to);
  const model =
    net === undefined
      ? await anyModel(from, defined({ inputShape, bind, maxBytes }), { trained: true })
      : (await pretrained(net, { weights: from, ...shaped, ...defined({ classes, maxBytes }) })).model;
  const lost = await saveModel(model, to);
  return { what: `model ${model.name}, ${counted(model.parameters)} parameters`, lost };
}

/** Before what may take long; `saveModel` says it in full. */
function checkEnding(to: string): void {
  const ending = extname(to);
  const endings = endingsOf("saveModel");
  const meant = endings.includes(ending.toLowerCase()) ? undefined : nearest(ending, endings);
  if (meant === undefined) return;
  const known = endings.join(", ");
  throw new StriateError(
    "usage",
    `a model is saved as ${known}; received ${quoted(ending)}; did you mean ${quoted(meant)}?`,
  );
}

async function convertArrays(from: string, to: string, { maxBytes }: Values<ConvertFlags>): Promise<Converted> {
  const ending = extname(to).toLowerCase();
  const encode = formatOfEnding(ending, "encodeArrays")?.encodeArrays;
  if (!encode) {
    const model = formatOfEnding(ending, "saveModel") !== undefined;
    throw new StriateError(
      "usage",
      model
        ? `${from} holds arrays and no model; say by --model which net of the zoo they are the weights of`
        : `${to}: arrays are written as ${endingsOf("encodeArrays").join(", ")}`,
    );
  }
  const arrays = await readArrays(from, defined({ maxBytes }));
  await writeFileAtomic(to, await encode(arrays));
  const values = [...arrays.values()].reduce((sum, { data }) => sum + data.length, 0);
  const lost = ending === ".npy" && !arrays.has("array") ? [`the name of the array, ${[...arrays.keys()][0]}`] : [];
  return { what: `${arrays.size} arrays, ${counted(values)} numbers`, lost };
}
