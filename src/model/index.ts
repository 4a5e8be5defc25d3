export { Model, type ModelOptions, type ModelWeight, type PlacedLayer, type Weights } from "./model.ts";
export { sequential } from "./sequential.ts";
export { bytesText, type LayerSummary, type Summary, summarize, summaryText } from "./summary.ts";
