export {
  type Chunks,
  type FileStatus,
  type FolderEntry,
  fileErrorCode,
  type GrowingFile,
  type LockHolder,
  type ReadableFile,
  type Release,
  type SyncFile,
} from "./files.ts";
export { hex } from "./hex.ts";
export type { HashAlgorithm, Platform, Terminal } from "./platform.ts";
export { type AskOptions, setWorkerUrl, WorkerPort, type WorkerPortOptions } from "./port.ts";
export { type Answer, type Job, type JobName, type Serving, serveJobs } from "./serve.ts";
export { wait } from "./wait.ts";
