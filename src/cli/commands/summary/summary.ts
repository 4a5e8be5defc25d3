import {
  COMPARED,
  type Comparison,
  compareSummaries,
  comparisonText,
  type Summary,
  summarize,
  summaryText,
} from "../../../model/index.ts";
import type { Context } from "../../context.ts";
import { DONE } from "../../exitCodes.ts";
import { anyModel } from "../../models/anyModel.ts";
import type { SummaryFlags } from "./flags.ts";

/** `striate summary`: the layers of a net of the zoo, a file or a run; of two nets what they differ in. */
export async function showSummary({ args, flags, output }: Context<SummaryFlags>): Promise<number> {
  const [what = "", other] = args;
  const { wide, ...net } = flags;
  const width = wide || !process.stdout.isTTY ? undefined : process.stdout.columns;
  const summary = summarize(await anyModel(what, net));
  if (other === undefined) {
    output.result(machineSummary(summary), summaryText(summary, width));
    return DONE;
  }
  const comparison = compareSummaries(summary, summarize(await anyModel(other, net)));
  output.result(machineComparison(comparison), comparisonText(comparison, width));
  return DONE;
}

function machineTotals({ model, parameters, trainableParameters, multiplyAdds, activationBytes }: Summary) {
  return { model, parameters, trainableParameters, multiplyAdds, activationBytes };
}

function machineSummary(summary: Summary) {
  return {
    ...machineTotals(summary),
    layers: summary.layers.map(({ name, type, outputShape, parameters, multiplyAdds }) => ({
      name,
      type,
      outputShape,
      parameters,
      multiplyAdds,
    })),
  };
}

function machineComparison({ summaries, ratios, layers }: Comparison) {
  return {
    models: summaries.map(machineTotals),
    ratios,
    layers: layers.map(({ name, layers: [first, second] }) => ({
      name,
      ...Object.fromEntries(
        COMPARED.map((number) => [number, [first, second].map((layer) => layer?.[number] ?? null)]),
      ),
    })),
  };
}
