import type { SingleInputDataset } from "../../data/index.ts";
import { StriateError } from "../../errors.ts";
import { loadData } from "../data/labelledData.ts";
import type { RunConfig } from "./config.ts";
import { checkDataRecord, dataFiles } from "./dataRecord.ts";

/** What a run kept to measure on: its test pictures, else those that it validated with. */
export interface TestData {
  readonly pictures: SingleInputDataset;
  readonly part: "test" | "validation";
}

/**
 * The pictures that a run can be measured on, which it never learned from.
 * @throws StriateError `usage` where it kept none, `data` where its data has changed: another split would test on
 * pictures that it has learned from
 */
export async function testData(folder: string, { options, classNames }: RunConfig): Promise<TestData> {
  const data = await loadData(options.data, { ...options, classNames });
  const files = await dataFiles(options.data, data);
  await checkDataRecord(folder, files, "Restore it, or name the pictures: evaluate takes --data, predict takes files");
  if (data.test) return { pictures: data.test, part: "test" };
  if (data.validation) return { pictures: data.validation, part: "validation" };
  const advice = "name some: evaluate takes --data, predict takes files";
  throw new StriateError("usage", `${folder}: the run kept no pictures to measure on; ${advice}`);
}
