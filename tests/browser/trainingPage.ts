// Trains in the page's own thread and in a worker, and posts both reports.
import { setWorkerUrl } from "striate";
import { type TrainingReport, trainSmallNet } from "./smallTraining.ts";

/** What the page posts. */
export interface Trainings {
  readonly inline: TrainingReport;
  readonly worker: TrainingReport;
  /** What is said where a worker's program is not found. */
  readonly lost: string;
}

async function trainings(): Promise<Trainings> {
  setWorkerUrl(new URL("/no/such/program.js", import.meta.url));
  const lost = await trainSmallNet(false).then(() => "nothing", String);
  setWorkerUrl(new URL("/worker.js", import.meta.url));
  return { inline: await trainSmallNet(true), worker: await trainSmallNet(false), lost };
}

const post = (value: Trainings | { readonly failed: string }) =>
  fetch("/", { method: "POST", body: JSON.stringify(value) });
trainings().then(post, (thrown: unknown) => post({ failed: String(thrown) }));
