import { StriateError } from "../errors.ts";
import { type Model, type Summary, summarize, summaryText } from "../model/index.ts";
import { buildNet, NET_NAMES } from "../zoo/index.ts";
import { type Call, optionName, type Values } from "./command.ts";
import type { SummaryFlags } from "./commands/summary.ts";
import { netOptions } from "./net.ts";
import { DONE } from "./output.ts";

/** `striate summary`: the layers of a net of the zoo, or of a run's net. */
export async function showSummary({ args, flags, output }: Call<SummaryFlags>): Promise<number> {
  const [what = ""] = args;
  const summary = summarize(await modelOf(what, flags));
  output.result(machineSummary(summary), summaryText(summary));
  return DONE;
}

async function modelOf(what: string, flags: Values<SummaryFlags>): Promise<Model> {
  if (NET_NAMES.includes(what)) return buildNet(what, netOptions(flags));
  const { readConfig } = await import("./run/config.ts");
  const config = await readConfig(what);
  if (!config) {
    const { knownRuns } = await import("./run/folder.ts");
    const nets = NET_NAMES.join(", ");
    throw new StriateError(
      "usage",
      `there is no model or run "${what}"; models are ${nets}; of runs ${await knownRuns()}`,
    );
  }
  const [option] = Object.keys(flags);
  if (option !== undefined) {
    throw new StriateError(
      "usage",
      `${what} is a run, and what it was started with stays; leave out ${optionName(option)}`,
    );
  }
  const { buildModel } = await import("./run/open.ts");
  return buildModel(config);
}

function machineSummary({ model, layers, ...totals }: Summary) {
  const { parameters, trainableParameters, multiplyAdds, activationBytes } = totals;
  return {
    model,
    parameters,
    trainableParameters,
    multiplyAdds,
    activationBytes,
    layers: layers.map(({ name, type, outputShape, parameters, multiplyAdds }) => ({
      name,
      type,
      outputShape,
      parameters,
      multiplyAdds,
    })),
  };
}
