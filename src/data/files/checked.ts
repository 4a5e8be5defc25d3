import { StriateError } from "../../errors.ts";
import type { DataProblem } from "../dataset.ts";
import type { LabelledFile } from "./imageFiles.ts";
import { mapLimited } from "./pool.ts";
import { patiently } from "./retry.ts";
import { whyNoPicture } from "./signature.ts";

/** Files that are looked at at a time. */
const AT_A_TIME = 16;

/**
 * Leaves out the files whose first bytes say that they are no pictures.
 * @throws StriateError `data` for the first of them where `onError` is `fail`
 */
export async function checkedFiles(
  files: readonly LabelledFile[],
  onError: "skip" | "fail",
): Promise<{ readonly good: readonly LabelledFile[]; readonly problems: readonly DataProblem[] }> {
  const reasons = await mapLimited(files, AT_A_TIME, ({ path }) => patiently(path, () => whyNoPicture(path)));
  const problems = files.flatMap(({ path }, i) => {
    const reason = reasons[i];
    return reason === undefined ? [] : [{ path, reason }];
  });
  const [first] = problems;
  if (first && onError === "fail") throw new StriateError("data", `${first.path}: ${first.reason}`);
  return { good: files.filter((_, i) => reasons[i] === undefined), problems };
}
