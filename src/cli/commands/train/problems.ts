import { join } from "node:path";
import { nameText } from "../../../checks/index.ts";
import type { DataProblem } from "../../../data/index.ts";
import { writeFileAtomic } from "../../../formats/index.ts";
import type { Callback } from "../../../training/index.ts";
import { PROBLEMS_FILE } from "../../runFolder/folder.ts";
import type { Output } from "../../terminal/output.ts";
import { counted } from "../../terminal/quantities.ts";

/** Keeps the pictures that could not be read in the folder of the run, from the epoch on in which they are found. */
export function problemLog(folder: string): Callback {
  let written = 0;
  return {
    name: "problemLog",
    onSave: async (_, { problems }) => {
      if (problems.length === written) return;
      await writeProblems(folder, problems);
      written = problems.length;
    },
  };
}

/** Tells what could not be read and was left out, and writes it down: a line of JSON for each picture. */
export async function tellProblems(folder: string, output: Output, problems: readonly DataProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await writeProblems(folder, problems);
  for (const { path, reason } of problems) output.event({ event: "problem", path, reason });
  output.tell(`left out because they could not be read: ${counted(problems.length)}`);
  for (const { path, reason } of problems.slice(0, SHOWN)) output.tell(`  ${nameText(path)}: ${reason}`);
  const more = problems.length - SHOWN;
  if (more > 0) output.tell(`  and ${counted(more)} more; ${join(folder, PROBLEMS_FILE)} lists all`);
}

/** Problems that people are shown. */
const SHOWN = 20;

function writeProblems(folder: string, problems: readonly DataProblem[]): Promise<void> {
  const lines = problems.map(({ path, reason }) => `${JSON.stringify({ path, reason })}\n`);
  return writeFileAtomic(join(folder, PROBLEMS_FILE), new TextEncoder().encode(lines.join("")));
}
