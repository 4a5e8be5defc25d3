/** How data sets and models call what the option `--fit` says. */
export function fitOf(fit: "pad" | "crop" | "squash"): "pad" | "crop" | "stretch" {
  return fit === "squash" ? "stretch" : fit;
}
