import { join } from "node:path";
import { imageFiles } from "../../data/files/imageFiles.ts";
import type { SingleInputDataset } from "../../data/index.ts";
import { StriateError } from "../../errors.ts";
import { type DataOptions, type LabelledData, loadData } from "../data/labelledData.ts";
import { defined } from "../defined.ts";
import type { RunConfig } from "./config.ts";
import { checkDataRecord, dataFiles, recordedFiles } from "./dataRecord.ts";
import { fitOf } from "./fit.ts";

/** What a run kept to measure on: its test pictures, else those that it validated with. */
export interface TestData {
  readonly pictures: SingleInputDataset;
  readonly part: "test" | "validation";
}

/** How the data of a run is read: as its pictures were when it began. */
export function dataOptionsOf(config: RunConfig): DataOptions {
  const { classNames, inputShape } = config;
  if (config.kind !== "transfer") return { ...config.options, classNames };
  const { seed, maxPixels, onError, classPattern, fit } = config.options;
  const [height = 0, width = 0, channels = 3] = inputShape;
  return {
    ...defined({ seed, maxPixels, onError, classPattern }),
    classNames,
    imageSize: [height, width],
    channels: channels as 1 | 3 | 4,
    fit: fitOf(fit),
    testSplit: 0,
  };
}

/**
 * The pictures that a run can be measured on, which it never learned from.
 * @throws StriateError `usage` where it kept none, `data` where its data has changed: another split would test on
 * pictures that it has learned from
 */
export async function testData(folder: string, config: RunConfig): Promise<TestData> {
  const { options, kind } = config;
  const data = await loadData(options.data, dataOptionsOf(config));
  const files = await dataFiles(options.data, data);
  await checkDataRecord(folder, files, "Restore it, or name the pictures: evaluate takes --data, predict takes files");
  const parts = kind === "transfer" ? await recordedParts(folder, config, data) : data;
  if (parts.test) return { pictures: parts.test, part: "test" };
  if (parts.validation) return { pictures: parts.validation, part: "validation" };
  const advice = "name some: evaluate takes --data, predict takes files";
  throw new StriateError("usage", `${folder}: the run kept no pictures to measure on; ${advice}`);
}

/** The parts of a run whose split follows from more than the names of the files: those of its record. */
async function recordedParts(
  folder: string,
  config: RunConfig,
  { train, classNames }: LabelledData,
): Promise<Pick<LabelledData, "validation" | "test">> {
  const recorded = (await recordedFiles(folder)) ?? [];
  const description = train.describe?.();
  const shape = description?.kind === "imageFiles" ? description.options : { classNames };
  const part = (name: "validation" | "test") => {
    const files = recorded.filter((file) => file.part === name);
    if (files.length === 0) return undefined;
    const labelled = files.map((file) => {
      return { path: join(config.options.data, file.path), label: classNames.indexOf(file.class ?? "") };
    });
    return imageFiles(labelled, shape);
  };
  return defined({ validation: part("validation"), test: part("test") });
}
