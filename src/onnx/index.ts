export { lower } from "./rewrite.ts";
export { nextName, OPSET, writeOnnx } from "./write.ts";
