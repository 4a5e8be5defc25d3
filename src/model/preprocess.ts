import type { Model } from "./model.ts";
import type { Preprocessing } from "./pictures.ts";

/** How a model's input holds a picture. */
export interface PictureLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  /** [channels, height, width], as PyTorch's exports have it. */
  readonly channelsFirst: boolean;
}

/** The layout of a model's only input, whose channels are 1, 3 or 4; `undefined` for a model that takes no picture. */
export function pictureLayout({ inputs }: Model): PictureLayout | undefined {
  const [input, ...others] = inputs;
  const [first = 0, second = 0, third = 0, ...more] = input?.shape ?? [];
  if (others.length > 0 || more.length > 0) return undefined;
  if (isChannels(third)) return { height: first, width: second, channels: third, channelsFirst: false };
  if (isChannels(first)) return { height: second, width: third, channels: first, channelsFirst: true };
  return undefined;
}

function isChannels(size: number): size is 1 | 3 | 4 {
  return size === 1 || size === 3 || size === 4;
}

/**
 * Writes a picture, [height, width, channels], as a model's input holds it: (x / scale - mean) / std by channel, in the order of
 * channels and axes that it wants. The one place that does, so that a model sees in training what it sees afterwards.
 * @param most the value of a picture that stands for 255
 */
export function writePreprocessed(
  picture: Uint8Array | Float32Array,
  { channels: order, scale, mean, std }: Preprocessing,
  { height, width, channels, channelsFirst }: Omit<PictureLayout, "channels"> & { readonly channels: number },
  out: Float32Array,
  most: 1 | 255 = 255,
): void {
  const pixels = height * width;
  const toByte = 255 / most;
  for (let channel = 0; channel < channels; channel++) {
    const from = order === "BGR" ? 2 - channel : channel;
    const [m = 0, s = 1] = [mean[channel], std[channel]];
    for (let pixel = 0; pixel < pixels; pixel++) {
      const to = channelsFirst ? channel * pixels + pixel : pixel * channels + channel;
      out[to] = (((picture[pixel * channels + from] ?? 0) * toByte) / scale - m) / s;
    }
  }
}
