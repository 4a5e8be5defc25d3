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

async function answer({ id, indices, epoch, augment }: LoaderRequest): Promise<void> {
  if (stopped) return;
  try {
    const batch = await dataset.read(indices, { epoch, augment });
    const { inputs, targets, sampleWeights } = batch;
    const problems = dataset.problems?.() ?? [];
    const reply: LoaderReply = { id, batch, problems: problems.slice(told) };
    told = problems.length;
    const buffers = [inputs, targets, ...(sampleWeights ? [sampleWeights] : [])].map(({ data }) => data.buffer);
    parentPort?.postMessage(reply, buffers);
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
