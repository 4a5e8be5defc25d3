import { totalmem } from "node:os";
import { StriateError } from "../../../errors.ts";
import { bytesText, type Model, summarize } from "../../../model/index.ts";
import { counted } from "../../terminal/quantities.ts";

/** Of each weight: itself, its gradient, and a slot of the optimizer at least. */
const COPIES = 3;

/**
 * Refuses a training that cannot fit into the machine's memory before it is begun. What is counted is the least that it takes:
 * weights, gradients, slots, and the outputs of all layers for a batch, which the way back needs.
 * @throws StriateError `usage`
 */
export function checkMemory(model: Model, batchSize: number, memory: number = totalmem()): void {
  const weights = 4 * COPIES * model.parameters;
  const activations = weights > memory ? 0 : batchSize * summarize(model).activationBytes;
  const needed = weights + activations;
  if (needed <= memory) return;
  const size = model.inputShape.slice(0, 2).join(" x ");
  const why =
    weights > memory
      ? `it has ${counted(model.parameters)} parameters, most of them because a dense layer follows a large feature map; take a smaller --image-size, or a net such as resnet18 that pools before it`
      : `the outputs of its layers take ${bytesText(activations)} for a batch of ${batchSize}; take a smaller --image-size or --batch-size`;
  throw new StriateError(
    "usage",
    `model ${model.name} on pictures of ${size} needs ${bytesText(needed)} at least to train, and this machine has ` +
      `${bytesText(memory)}: ${why}`,
  );
}
