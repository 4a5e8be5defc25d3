export type { GrowingFile } from "./files.ts";
export {
  type Chunks,
  type FolderEntry,
  fileErrorCode,
  type LockHolder,
  type ReadableFile,
  type Release,
} from "./files.ts";
export { hex } from "./hex.ts";
export type { Terminal } from "./platform.ts";
export { setWorkerUrl, WorkerPort } from "./port.ts";
export { type Answer, type Job, serveJobs } from "./serve.ts";
export { wait } from "./wait.ts";
