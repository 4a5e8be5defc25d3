import type { Answer, Job } from "../../platform/index.ts";
import { openSource } from "./openSource.ts";
import type { LoaderPart, LoaderRequest, LoaderSetup } from "./protocol.ts";

/**
 * The worker's side of a loader. It reads two requests at a time: while it augments the pictures of one, which its own
 * thread does, the decoder's threads have those of the next.
 */
export const loaderJob: Job<LoaderSetup, LoaderRequest> = ({ source, cache }, finish) => {
  const dataset = openSource(source, cache);
  let told = 0;

  const answer = async ({ indices, epoch, augment }: LoaderRequest): Promise<Answer> => {
    finish.throwIfAborted();
    const batch = await dataset.read(indices, { epoch, augment });
    const { inputs, targets, sampleWeights } = batch;
    const problems = dataset.problems?.() ?? [];
    const result: LoaderPart = { batch, problems: problems.slice(told) };
    told = problems.length;
    const transfer = [inputs, targets, ...(sampleWeights ? [sampleWeights] : [])].map(({ data }) => data.buffer);
    return { result, transfer };
  };

  const lanes: Promise<unknown>[] = Array.from({ length: AT_A_TIME }, () => Promise.resolve());
  let asked = 0;
  return {
    answer(request) {
      const lane = asked++ % AT_A_TIME;
      const part = (lanes[lane] ?? Promise.resolve()).then(() => answer(request));
      lanes[lane] = part.catch(() => undefined);
      return part;
    },
  };
};

const AT_A_TIME = 2;
