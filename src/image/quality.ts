import { type Image, imageSize } from "./image.ts";
import { resizeImage } from "./resize.ts";

/** Numbers by which dark, washed out and blurred pictures can be told. */
export interface PictureQuality {
  /** The mean of the grey values, 0 to 255. */
  readonly brightness: number;
  /** Their standard deviation. */
  readonly contrast: number;
  /**
   * The variance of their Laplacian, of a picture whose longer side has 224 pixels (smaller ones stay as they are): low where
   * nothing is in focus (Pech-Pacheco et al. 2000, LAP4 in Pertuz et al. 2013).
   */
  readonly sharpness: number;
}

/** In pixels: what counts is what a net sees, and of larger pictures even blurred ones have sharp grain. */
const LONGER_SIDE = 224;

/**
 * How bright a picture is, how much its brightness varies, and how sharp it is.
 * @param image [h, w, c], grey or colour (alpha does not count), values from 0 to 255
 * @throws StriateError `shape` where it is no picture
 */
export function pictureQuality(image: Image): PictureQuality {
  const grey = small(greyOf(image));
  const { mean: brightness, variance } = momentsOf(grey.data);
  return { brightness, contrast: Math.sqrt(variance), sharpness: momentsOf(secondDifferences(grey)).variance };
}

/** Grey by ITU-R BT.601's luma, not rounded. */
function greyOf(image: Image): Image<"float32"> {
  const { width, height, channels } = imageSize(image);
  const grey = new Float32Array(width * height);
  const { data } = image;
  for (let i = 0, from = 0; i < grey.length; i++, from += channels) {
    const red = data[from] ?? 0;
    grey[i] = channels < 3 ? red : 0.299 * red + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0);
  }
  return { dtype: "float32", shape: [height, width, 1], data: grey };
}

function small(image: Image<"float32">): Image<"float32"> {
  const { width, height } = imageSize(image);
  const ratio = LONGER_SIDE / Math.max(width, height);
  if (ratio >= 1) return image;
  const side = (pixels: number) => Math.max(1, Math.round(pixels * ratio));
  return resizeImage(image, { width: side(width), height: side(height) });
}

/** As `laplacian`, for one channel, some times faster. */
function secondDifferences(image: Image<"float32">): Float32Array {
  const { width, height } = imageSize(image);
  const { data } = image;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
    for (let x = 0; x < width; x++) {
      const left = data[row + (x > 0 ? x - 1 : 0)] ?? 0;
      const right = data[row + (x < width - 1 ? x + 1 : x)] ?? 0;
      out[row + x] = left + right + (data[above + x] ?? 0) + (data[below + x] ?? 0) - 4 * (data[row + x] ?? 0);
    }
  }
  return out;
}

function momentsOf(values: Float32Array): { readonly mean: number; readonly variance: number } {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i] ?? 0;
  mean /= values.length;
  let variance = 0;
  for (let i = 0; i < values.length; i++) {
    const off = (values[i] ?? 0) - mean;
    variance += off * off;
  }
  return { mean, variance: variance / values.length };
}
