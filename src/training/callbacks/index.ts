export type { BatchLog, Callback, CallbackState, EpochLog, Run, SaveMoment } from "./callback.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./earlyStopping.ts";
export { jsonlHistory } from "./jsonlHistory.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./modelCheckpoint.ts";
export type { MonitorOptions } from "./monitor.ts";
export { type ProgressOptions, progress } from "./progress.ts";
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./reduceLROnPlateau.ts";
export type { Verbose } from "./terminal.ts";
export { terminateOnNaN } from "./terminateOnNaN.ts";
