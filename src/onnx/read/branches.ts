import { nameText } from "../../checks/index.ts";
// Operators that hold graphs.
import { StriateError } from "../../errors.ts";
import { at, toNumbers } from "../../tensor/index.ts";
import { type Importer, input, known, type NodeContext } from "./context.ts";
import type { OnnxBody } from "./model.ts";

function bodyOf({ node }: NodeContext, name: string): OnnxBody {
  const body = node.graphs[name];
  if (!body)
    throw new StriateError(
      "data",
      `the graph ${nameText(name)} of ${nameText(node.op)} is missing; the file is damaged`,
    );
  return body;
}

/** The branch that the condition, which is known before a run, chooses; the other one is left out. */
const branch: Importer = (context) => {
  const condition = at(toNumbers(known(context, "the condition", input(context, 0))), 0);
  return context.addBody(bodyOf(context, condition !== 0 ? "then_branch" : "else_branch"), []);
};

export const BRANCHES: Readonly<Record<string, Importer>> = { If: branch };
