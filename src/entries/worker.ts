import { serveJobs } from "../platform/index.ts";

/** The program of all worker threads. Bundlers find it by itself; where they do not, see `setWorkerUrl`. */
serveJobs({
  engine: async () => (await import("../engine/worker/main.ts")).engineJob,
  loader: async () => (await import("../data/loader/worker.ts")).loaderJob,
  hdf5: async () => (await import("../formats/hdf5/worker.ts")).hdf5Job,
});
