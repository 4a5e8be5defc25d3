import { enlarged, figure, type Image, imageSize, type Panel, resizeAndPad, toBytes } from "../../../image/index.ts";

/** Pictures on the sheet are no higher and no wider; in pixels. */
const LARGEST = 512;

/** What stands over a sheet. */
export interface Heading {
  readonly title: string;
  readonly subtitle: string;
}

/**
 * The picture and what augmentation made of it, numbered, on one sheet. What training sees is small as a rule: its pixels are
 * enlarged, not smoothed.
 */
export async function augmentSheet(
  original: Image<"uint8">,
  augmented: Iterable<Image<"float32">>,
  heading: Heading,
): Promise<Image<"uint8">> {
  const { width, height } = imageSize(original);
  const panels: Panel[] = [];
  for (const picture of augmented) {
    panels.push({ title: String(panels.length + 1), image: enlarged(toBytes(picture)) });
    // An interrupt is heard between pictures.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const cell = panels[0] ? imageSize(panels[0].image) : { width, height };
  const whole: Panel = {
    title: "Original",
    subtitle: `${width} x ${height}`,
    image: resizeAndPad(original, { width: cell.width, height: cell.height, fill: [255, 255, 255] }),
  };
  return figure([whole, ...panels], { maxHeight: LARGEST, maxWidth: LARGEST, columns: "wrap", heading });
}
