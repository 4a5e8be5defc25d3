import { join } from "node:path";
import { StriateError } from "../../errors.ts";
import type { Model } from "../../model/index.ts";
import { picturesOf } from "../../transfer/backbone.ts";
import { type Backbone, classifier, openBackbone, type Stage } from "../../transfer/index.ts";
import { NET_NAMES } from "../../zoo/index.ts";
import { defined } from "../defined.ts";
import type { TransferConfig } from "./config.ts";
import { fitOf } from "./fit.ts";

/** What a command line says of a backbone. */
export interface BackboneChoice {
  readonly backbone: string;
  readonly cut?: string | undefined;
  /** Height and width of the pictures. */
  readonly size?: readonly number[] | undefined;
}

/** Opens the backbone that options name. @throws StriateError as `openBackbone` */
export function backboneOf({ backbone, cut, size }: BackboneChoice): Promise<Backbone> {
  const [height = 0, width = height] = size ?? [];
  const channelsFirst = !NET_NAMES.includes(backbone) && /\.onnx$/i.test(backbone);
  const inputShape = size && (channelsFirst ? [3, height, width] : [height, width, 3]);
  return openBackbone(backbone, defined({ cut, inputShape }));
}

/** The backbone of a run: its copy of the file, where it was a file. */
export function backboneOfRun(folder: string, { options, backboneFile }: TransferConfig): Promise<Backbone> {
  return backboneOf({ ...options, ...(backboneFile !== undefined && { backbone: join(folder, backboneFile) }) });
}

/** The net of a run that makes a classifier of a backbone, with the backbone's weights. */
export async function transferModel(folder: string, config: TransferConfig): Promise<Model> {
  const { options, classNames, decided } = config;
  const backbone = await backboneOfRun(folder, config);
  const model = classifier(backbone, stageNamed(backbone, decided?.stage, folder), { classes: classNames.length });
  model.pictures = picturesOf(backbone, classNames, fitOf(options.fit));
  return model;
}

function stageNamed({ stages }: Backbone, name: string | undefined, folder: string): Stage {
  const stage = stages.find((each) => each.name === name);
  if (stage) return stage;
  const reason =
    name === undefined
      ? "the run stopped before a strategy was chosen"
      : `its backbone has no stage that ends in ${JSON.stringify(name)}`;
  throw new StriateError("data", `${folder}: ${reason}; go on with striate transfer --resume --out ${folder}`);
}
