export { affineLinear } from "./affine";
export { divideBytes } from "./divideBytes";
export { magnitudes } from "./magnitudes";
export { resizeColumns } from "./resizeColumns";
export { resizeRows } from "./resizeRows";
export { weightedSums } from "./weightedSums";
