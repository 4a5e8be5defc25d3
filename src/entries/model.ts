import "../formats/methods.ts";
import "../training/methods.ts";

export * from "../model/index.ts";
