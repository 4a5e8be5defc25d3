export { evaluationGraph, gradientGraph, RATE_INPUT, trainingGraph, updateGraph } from "./graphs.ts";
export { SAMPLE_WEIGHTS } from "./losses.ts";
export { gradientName, initialStates, ownStates, rateTensor } from "./states.ts";
