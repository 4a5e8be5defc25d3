export { gradients } from "./gradients.ts";
export { type GradientCheck, checkGradient } from "./check.ts";
