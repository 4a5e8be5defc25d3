import { readFile } from "node:fs/promises";
import { nameText } from "../../../checks/index.ts";
import { asError, StriateError } from "../../../errors.ts";
import type { Context } from "../../context.ts";
import { DONE, FAILED } from "../../exitCodes.ts";
import { openEngine } from "../../openEngine.ts";
import { checkSamples } from "../../samples/checkSamples.ts";
import { readSamples, samplesPathOf, sha256Of } from "../../samples/samplesFile.ts";
import { countOf } from "../../terminal/quantities.ts";
import type { VerifyFlags } from "./flags.ts";

/** `striate verify`: what a file says of its samples, beside what its model said when it was exported. */
export async function verifyFile(context: Context<VerifyFlags>): Promise<number> {
  const { args, flags, output, checkInterrupted } = context;
  const [path = ""] = args;
  const bytes = await bytesOf(path);
  const known = await readSamples(flags.samples ?? samplesPathOf(path), path);
  const { tolerance, samples } = known;
  const changed = sha256Of(bytes) !== known.sha256;
  const engine = await openEngine(context, flags);
  const { classNames, results } = checkSamples(path, known, engine);
  const nameOf = (place: number) => classNames?.[place] ?? `output ${place}`;
  let differing = 0;
  let largest = 0;
  for await (const { name, top, score, expectedTop, expectedScore, difference, agrees } of results()) {
    checkInterrupted("the check");
    if (!agrees) differing++;
    largest = difference <= largest ? largest : difference;
    const [found, expected] = [nameOf(top), nameOf(expectedTop)];
    const instead = agrees ? "" : `, expected ${nameText(expected)} ${number(expectedScore)}: DIFFERS`;
    output.result(
      { sample: name, class: found, score, expected, expectedScore, difference, agrees },
      `${nameText(name)}  ${nameText(found)} ${number(score)}, largest difference ${number(difference)}${instead}`,
    );
  }
  const agrees = differing === 0;
  const all = countOf(samples.length, "sample");
  const verdict = agrees
    ? `${path} agrees with its model on ${all}: largest difference ${number(largest)}, up to ${tolerance} is rounding`
    : `${path} DIFFERS from its model on ${differing} of ${all}: largest difference ${number(largest)}, where up to ` +
      `${tolerance} is rounding; export it again`;
  const since = changed ? `\n${path} is not the file that was exported with these samples: its SHA-256 is another` : "";
  output.result(
    {
      file: path,
      engine: engine.name,
      samples: samples.length,
      differing,
      largestDifference: largest,
      tolerance,
      changed,
      agrees,
    },
    `${verdict} (${engine.name})${since}`,
  );
  return agrees ? DONE : FAILED;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const { message } = asError(thrown);
    throw new StriateError("io", `${path}: cannot be read (${message})`, { cause: thrown });
  }
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}
