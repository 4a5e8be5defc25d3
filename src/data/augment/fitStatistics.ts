import { StriateError } from "../../errors.ts";
import { asFloat32, type Tensor, typeText } from "../../tensor/tensor.ts";
import type { GeneratorSettings } from "./generatorOptions.ts";
import { type Grid, gridOf, type Picture } from "./picture.ts";
import { type FeatureStatistics, subtractMeans } from "./standardize.ts";
import { zcaMatrix } from "./zca.ts";

/**
 * The statistics of a data set that normalization needs: after `rescale`, and after as many rounds of augmentation as
 * were asked for.
 *
 * @param pictures [n, height, width, channels] or channels first, of any type of number
 * @param augment changes one picture at random, or nothing where the pictures are taken as they are
 * @throws StriateError `shape` for anything but pictures
 */
export function featureStatistics(
  pictures: Tensor,
  settings: GeneratorSettings,
  augment: ((picture: Picture) => Picture) | undefined,
  rounds: number,
): FeatureStatistics {
  const [count = 0, ...shape] = pictures.shape;
  if (pictures.shape.length !== 4 || pictures.data.length === 0) {
    throw new StriateError("shape", `fit takes pictures [n,height,width,channels]; got ${typeText(pictures)}`);
  }
  const grid = gridOf(shape, settings.dataFormat);
  const all = asFloat32(pictures).data;
  const factor = Math.fround(settings.rescale || 1);
  for (let i = 0; i < all.length; i++) all[i] = (all[i] ?? 0) * factor;
  const size = all.length / count;
  const n = augment ? count * rounds : count;
  const at = (row: number): Picture => {
    const from = (row % count) * size;
    return { dtype: "float32", shape, data: all.slice(from, from + size) };
  };
  const samples = Array.from({ length: n }, (_, row) => augment?.(at(row)) ?? at(row));
  const mean = channelMeans(samples, grid);
  const centred = () => {
    const rows = new Float32Array(n * size);
    for (const [row, sample] of samples.entries()) {
      subtractMeans(sample, settings, mean);
      rows.set(sample.data, row * size);
    }
    return rows;
  };
  return {
    mean: Float32Array.from(mean),
    std: settings.featurewiseStdNormalization
      ? Float32Array.from(channelMeans(samples, grid, mean), Math.sqrt)
      : undefined,
    zca: settings.zcaWhitening ? zcaMatrix(centred(), n, size, settings.zcaEpsilon) : undefined,
  };
}

/** The mean of each channel's values, or of the squares of their distances from `centre`. */
function channelMeans(samples: readonly Picture[], grid: Grid, centre?: Float64Array): Float64Array {
  const { height, width, channels, columnStride, channelStride } = grid;
  const pixels = height * width;
  return Float64Array.from({ length: channels }, (_, k) => {
    const about = centre?.[k];
    let sum = 0;
    for (const { data } of samples) {
      for (let i = k * channelStride, pixel = 0; pixel < pixels; i += columnStride, pixel++) {
        const x = data[i] ?? 0;
        sum += about === undefined ? x : (x - about) ** 2;
      }
    }
    return sum / (samples.length * pixels);
  });
}
