export { checkGradient, type GradientCheck } from "./check.ts";
export { gradients } from "./gradients.ts";
