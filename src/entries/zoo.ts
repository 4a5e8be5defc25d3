import "../formats/methods.ts";
import "../training/methods.ts";

export * from "../zoo/index.ts";
