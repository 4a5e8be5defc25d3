// Operators on boxes that a detector found.
import { StriateError } from "../../errors.ts";
import { at, toNumbers } from "../../tensor/index.ts";
import { type Importer, input, int, known, type NodeContext } from "./context.ts";

interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** [y1, x1, y2, x2] in any order of corners, or [x, y, width, height] around the middle. */
function boxOf([a = 0, b = 0, c = 0, d = 0]: ArrayLike<number> & Iterable<number>, centred: boolean): Box {
  if (centred) return { left: a - c / 2, right: a + c / 2, top: b - d / 2, bottom: b + d / 2 };
  return { top: Math.min(a, c), bottom: Math.max(a, c), left: Math.min(b, d), right: Math.max(b, d) };
}

/** The area that two boxes share, as part of what both cover. */
function overlap(a: Box, b: Box): number {
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  if (height <= 0 || width <= 0) return 0;
  const area = (box: Box) => (box.bottom - box.top) * (box.right - box.left);
  return (height * width) / (area(a) + area(b) - height * width);
}

/** A single number that may be left out. */
function scalar(context: NodeContext, index: number, name: string, missing: number): number {
  const value = context.inputs[index];
  return value ? (toNumbers(known(context, name, value))[0] ?? missing) : missing;
}

/**
 * How many boxes are left depends on their numbers, and shapes are static: it is computed where boxes and scores are known
 * before a run, and refused otherwise, because a result filled up to the largest size would not be ONNX's.
 */
const nonMaxSuppression: Importer = (context) => {
  const [boxes, scores] = [input(context, 0), input(context, 1)];
  if (!boxes.constant || !scores.constant) {
    throw new StriateError(
      "data",
      "how many boxes NonMaxSuppression leaves depends on what is fed, and shapes are static; take its inputs " +
        `${context.node.inputs[0]} and ${context.node.inputs[1]} as outputs of the model (outputs: [...] of parseOnnx), and choose among the boxes yourself`,
    );
  }
  const [most, threshold] = [
    scalar(context, 2, "max_output_boxes_per_class", 0),
    scalar(context, 3, "iou_threshold", 0),
  ];
  const least = scalar(context, 4, "score_threshold", Number.NEGATIVE_INFINITY);
  const centred = int(context, "center_point_box", 0) !== 0;
  const [batch = 0, classes = 0, count = 0] = scores.shape;
  context.spend(batch * classes * count * Math.min(count, most));
  const [corners, numbers] = [toNumbers(boxes.constant), toNumbers(scores.constant)];
  const rows: number[] = [];
  for (let line = 0; line < batch * classes; line++) {
    const [picture, kind] = [Math.floor(line / classes), line % classes];
    const score = (box: number) => at(numbers, line * count + box);
    const box = (index: number) =>
      boxOf(corners.subarray((picture * count + index) * 4, (picture * count + index + 1) * 4), centred);
    const order = Array.from({ length: count }, (_, i) => i).filter((i) => score(i) > least);
    const kept: Box[] = [];
    for (const index of order.sort((a, b) => score(b) - score(a) || a - b)) {
      if (kept.length >= most) break;
      const candidate = box(index);
      if (kept.some((other) => overlap(other, candidate) > threshold)) continue;
      kept.push(candidate);
      rows.push(picture, kind, index);
    }
  }
  return [context.g.numbers("int64", [rows.length / 3, 3], rows)];
};

export const BOXES: Readonly<Record<string, Importer>> = { NonMaxSuppression: nonMaxSuppression };
