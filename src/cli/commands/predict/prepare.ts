import type { Preprocessing } from "../../../model/index.ts";
import type { PictureLayout } from "./predictor.ts";

/**
 * Writes a picture of bytes, [height, width, channels], as a model's input holds it: (x / scale - mean) / std by channel, in
 * the order of channels and axes that it wants.
 */
export function writePrepared(
  bytes: Uint8Array,
  { channels: order, scale, mean, std }: Preprocessing,
  { height, width, channels, channelsFirst }: PictureLayout,
  out: Float32Array,
): void {
  const pixels = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const from = order === "BGR" ? 2 - channel : channel;
    const [m = 0, s = 1] = [mean[channel], std[channel]];
    for (let pixel = 0; pixel < pixels; pixel++) {
      const to = channelsFirst ? channel * pixels + pixel : pixel * channels + channel;
      out[to] = ((bytes[pixel * channels + from] ?? 0) / scale - m) / s;
    }
  }
}
