// Makes datasets/fashion-mnist/: the first 6,000 training and the first 1,000 test pictures of Fashion-MNIST.
// Usage: node scripts/make-fashion-mnist-sample.mjs DIR
// DIR holds the whole set as four .gz files, as Debian's package dataset-fashion-mnist installs them.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const TRAIN = 6000;
const TEST = 1000;
const FILES = {
  "train-images-idx3-ubyte.gz": TRAIN,
  "train-labels-idx1-ubyte.gz": TRAIN,
  "t10k-images-idx3-ubyte.gz": TEST,
  "t10k-labels-idx1-ubyte.gz": TEST,
};

const [source, ...rest] = process.argv.slice(2);
if (source === undefined || rest.length > 0) {
  process.stderr.write("usage: node scripts/make-fashion-mnist-sample.mjs DIR\n");
  process.exit(2);
}

const target = fileURLToPath(new URL("../datasets/fashion-mnist", import.meta.url));
await mkdir(target, { recursive: true });
for (const [name, count] of Object.entries(FILES)) {
  const idx = gunzipSync(await readFile(join(source, name)));
  // The count is the first size after the magic number; a picture's sizes follow it.
  const rank = idx.readUInt8(3);
  const sizes = Array.from({ length: rank - 1 }, (_, axis) => idx.readUInt32BE(8 + 4 * axis));
  const exampleBytes = sizes.reduce((product, size) => product * size, 1);
  const sample = Buffer.from(idx.subarray(0, 4 + 4 * rank + count * exampleBytes));
  sample.writeUInt32BE(count, 4);
  // Node writes a modification time of 0, so the same pictures give the same bytes.
  const packed = gzipSync(sample, { level: 9 });
  await writeFile(join(target, name), packed);
  process.stdout.write(`${name}: ${count} examples, ${packed.length} bytes\n`);
}
