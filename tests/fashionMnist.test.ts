import { expect, test } from "vitest";
import { FASHION_MNIST_CLASSES, fashionMnist } from "#striate/data/index";

test("the bundled sample holds 6,000 training and 1,000 test pictures of ten classes", async () => {
  const { train, test } = await fashionMnist();
  expect(train).toMatchObject({
    length: 6000,
    inputShape: [28, 28, 1],
    classes: 10,
    classNames: FASHION_MNIST_CLASSES,
  });
  expect(test).toMatchObject({ length: 1000, inputShape: [28, 28, 1], classes: 10, classNames: FASHION_MNIST_CLASSES });

  // As the set's first labels are listed: "Ankle boot, T-shirt/top, T-shirt/top, Dress, T-shirt/top, Pullover, ...".
  const { inputs, targets } = await train.read([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...targets.data]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
  expect([...(await test.read([0, 1, 2, 3, 4])).targets.data]).toEqual([9, 2, 1, 1, 6]);
  expect(inputs.shape).toEqual([10, 28, 28, 1]);
  expect(inputs.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(Math.max(...inputs.data)).toBe(1);
});

test("its classes are about equally frequent", async () => {
  const { train } = await fashionMnist();
  const { targets } = await train.read(Array.from({ length: train.length }, (_, index) => index));
  const counts = new Array<number>(10).fill(0);
  for (const label of targets.data) counts[Number(label)] = (counts[Number(label)] ?? 0) + 1;
  for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(80);
});

test("a folder without the files is refused by name", async () => {
  await expect(fashionMnist("no-such-folder")).rejects.toThrow("no-such-folder: there is no such folder");
});
