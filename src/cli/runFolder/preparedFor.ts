import type { SingleInputDataset } from "../../data/index.ts";
import type { Model, Preprocessing } from "../../model/index.ts";
import { prepared } from "../../transfer/prepared.ts";

/** Pictures with values from 0 to 1 as the model of a run takes them. */
export function preparedFor(model: Model, data: SingleInputDataset): SingleInputDataset {
  const { preprocessing } = model.pictures ?? {};
  if (!preprocessing) return data;
  const [first = 0, second = 0, third = 0] = model.inputShape;
  const channelsFirst = third !== preprocessing.mean.length;
  if (!channelsFirst && isUnit(preprocessing)) return data;
  const pictureShape = channelsFirst ? ([second, third, first] as const) : ([first, second, third] as const);
  return prepared(data, { name: model.name, pictureShape, channelsFirst, preprocessing });
}

/** Whether it leaves values from 0 to 1 as they are. */
function isUnit({ channels, scale, mean, std }: Preprocessing): boolean {
  return channels !== "BGR" && scale === 255 && mean.every((value) => value === 0) && std.every((value) => value === 1);
}
