import "../formats/methods.ts";
import "../training/methods.ts";

export * from "../formats/index.ts";
