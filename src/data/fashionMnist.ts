import { platform } from "#platform";
import type { TrainTest } from "./dataset.ts";
import { idxFolder } from "./idxFolder.ts";

/** The classes of Fashion-MNIST, in the order of their labels. */
export const FASHION_MNIST_CLASSES: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/**
 * Fashion-MNIST: pictures of clothes, 28x28 grey values, ten classes (Xiao, Rasul, Vollgraf 2017).
 *
 * @param folder a folder with the whole set, 60,000 pictures for training and 10,000 for the test, in the four files
 * that `idxFolder` reads; without it the sample that comes with Striate: the first 6,000 and the first 1,000 of them
 * @throws StriateError as `idxFolder`
 */
export async function fashionMnist(folder?: string): Promise<TrainTest> {
  return idxFolder(folder ?? platform.assets.path(new URL("../../datasets/fashion-mnist", import.meta.url)), {
    classNames: FASHION_MNIST_CLASSES,
  });
}
