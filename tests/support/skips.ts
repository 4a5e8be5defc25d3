import type { EngineName } from "#striate/engine/index";

/** What an engine cannot do, by the name of the sample, with the reason, which is printed with the result. */
export const SKIPS: Readonly<Partial<Record<EngineName, Readonly<Record<string, string>>>>> = {
  onnxruntime: {
    "OneHot/a new first axis": "its CPU provider has OneHot with int64 indices only; Striate's own lowerings use those",
  },
};
