import { parentPort, workerData } from "node:worker_threads";
import { asError } from "../../errors.ts";
import { openSource } from "./openSource.ts";
import { type LoaderReply, type LoaderRequest, type LoaderSetup, READY, STOP, sentError } from "./protocol.ts";

/**
 * The worker's side of a loader. It reads two requests at a time: while it augments the pictures of one, which its own
 * thread does, the decoder's threads have those of the next.
 */
const { source, cache } = workerData as LoaderSetup;
const dataset = openSource(source, cache);
let told = 0;

async function answer({ id, indices, epoch }: LoaderRequest): Promise<void> {
  if (stopped) return;
  try {
    const { inputs, targets } = await dataset.read(indices, { epoch });
    const problems = dataset.problems?.() ?? [];
    const reply: LoaderReply = { id, inputs, targets, problems: problems.slice(told) };
    told = problems.length;
    parentPort?.postMessage(reply, [inputs.data.buffer, targets.data.buffer]);
  } catch (thrown) {
    parentPort?.postMessage({ id, error: sentError(asError(thrown)) } satisfies LoaderReply);
  }
}

const AT_A_TIME = 2;
const lanes: Promise<void>[] = Array.from({ length: AT_A_TIME }, () => Promise.resolve());
let asked = 0;
let stopped = false;
parentPort?.postMessage(READY);
parentPort?.on("message", (request: LoaderRequest | typeof STOP) => {
  if (request === STOP) {
    stopped = true;
    void Promise.all(lanes).then(() => parentPort?.close());
    return;
  }
  const lane = asked++ % AT_A_TIME;
  lanes[lane] = lanes[lane]?.then(() => answer(request)) ?? answer(request);
});
