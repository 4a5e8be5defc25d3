/** What an engine cannot do, with the reason, which is printed with the result. */
export const SKIPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  onnxruntime: {
    "OneHot/a new first axis": "its CPU provider has OneHot with int64 indices only; Striate's own lowerings use those",
  },
};
