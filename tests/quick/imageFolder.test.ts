import { execFileSync } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { balanced, cifar10, cifar100, classWeights, csvManifest, type Dataset, imageFolder } from "#striate/data/index";
import { decodeImage, encodeImage, resizeImage, withChannels } from "#striate/image/index";
import { pictures } from "../support/pattern.ts";
import { grey, HEIC, temporaryFolder, writePictures } from "../support/pictureFolder.ts";

/** The grey (0..255) and the label of every example. */
async function contents(dataset: Dataset): Promise<readonly (readonly [grey: number, label: number])[]> {
  const { inputs, targets } = await dataset.read(Array.from({ length: dataset.length }, (_, i) => i));
  if (!("data" in inputs) || !("data" in targets)) throw new Error("one input, one target");
  const { data, shape } = inputs as { data: Float32Array; shape: readonly number[] };
  const size = data.length / Number(shape[0]);
  return Array.from({ length: dataset.length }, (_, i) => [
    Math.round(255 * Number(data[i * size])),
    Number((targets.data as Int32Array)[i]),
  ]);
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error("nothing failed"),
    (thrown: Error) => thrown,
  );
  expect(error.name).toBe("StriateError");
  return error.message;
}

async function jpeg(height = 64, width = 64): Promise<Uint8Array> {
  const picture = pictures([height, width, 3], 1);
  const bright = { ...picture, data: picture.data.map((value) => value * 255) };
  return encodeImage(bright, { format: "jpeg", quality: 95 });
}

describe("a folder", () => {
  test("has a class for each subfolder, sorted, with what is nested in it", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "dog/b.png": 20, "dog/a.png": 10, "cat/deep/er/c.png": 30, "cat/z.PNG": 40 });
    const { train, classNames, validation } = await imageFolder(folder, { size: 4 });
    expect(classNames).toEqual(["cat", "dog"]);
    expect(train.inputShape).toEqual([4, 4, 3]);
    expect(train.files.map(({ path }) => relative(folder, path))).toEqual([
      "cat/z.PNG",
      "cat/deep/er/c.png",
      "dog/a.png",
      "dog/b.png",
    ]);
    expect(await contents(train)).toEqual([
      [40, 0],
      [30, 0],
      [10, 1],
      [20, 1],
    ]);
    expect(validation).toBeUndefined();
  });

  test("takes the classes that are given, in their order", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "a/1.png": 1, "b/2.png": 2, "c/3.png": 3 });
    const { train, classNames } = await imageFolder(folder, { size: 4, classes: ["c", "a"] });
    expect(classNames).toEqual(["c", "a"]);
    expect(await contents(train)).toEqual([
      [3, 0],
      [1, 1],
    ]);
    expect(await failure(imageFolder(folder, { classes: ["a", "x"] }))).toMatch(
      /no folder for "x"; it has "a", "b", "c"/,
    );
  });

  test("keeps 0..255 with scale false, one channel, and every fit", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "a/1.png": await grey(9, 8, 16), "b/2.png": 200 });
    for (const fit of ["stretch", "crop", "pad"] as const) {
      const { train } = await imageFolder(folder, { size: [6, 5], channels: 1, scale: false, fit });
      const { inputs } = await train.read([0, 1]);
      expect(inputs.shape).toEqual([2, 6, 5, 1]);
      const [first = 0] = inputs.data.subarray(15);
      expect(first).toBe(9);
      expect(inputs.data[0]).toBe(fit === "pad" ? 0 : 9);
    }
  });

  test("with resizing fast has nearly the values of exact, in every fit, and the same where pictures grow", async () => {
    const folder = temporaryFolder();
    const photo = await decodeImage(new URL("../goldens/photos/coffee.png", import.meta.url).pathname);
    const large = await encodeImage(resizeImage(photo, { height: 400, width: 600 }), { format: "jpeg", quality: 95 });
    const alpha = withChannels(resizeImage(photo, { height: 90, width: 120 }), 4);
    await writePictures(folder, { "a/large.jpg": large, "b/alpha.png": await encodeImage(alpha), "c/small.png": 10 });
    for (const fit of ["stretch", "crop", "pad"] as const) {
      for (const channels of [1, 3, 4] as const) {
        const options = { size: [40, 50], channels, fit, scale: false } as const;
        const [exact, fast] = await Promise.all(
          (["exact", "fast"] as const).map(async (resizing) => {
            const { train } = await imageFolder(folder, { ...options, resizing });
            return (await train.read([0, 1, 2])).inputs;
          }),
        );
        if (!exact || !fast) throw new Error("two of them");
        expect(fast.shape).toEqual(exact.shape);
        const one = exact.data.length / 3;
        const away = exact.data.map((value, i) => Math.abs(value - (fast.data[i] ?? 0)));
        expect(away.subarray(0, 2 * one).reduce((sum, each) => sum + each, 0) / (2 * one)).toBeLessThan(3);
        expect(Math.max(...away.subarray(2 * one))).toBe(0);
      }
    }
  });

  test("with resizing fast turns photos by their EXIF, and refuses cut off ones", async () => {
    const folder = temporaryFolder();
    const whole = await jpeg(64, 96);
    // Orientation 6: to be turned to the right.
    const exif = Buffer.from("ffe1002245786966000049492a00080000000100120103000100000006000000000000000000", "hex");
    const turned = Buffer.concat([whole.subarray(0, 2), exif, whole.subarray(2)]);
    await writePictures(folder, { "a/turned.jpg": turned, "b/cut.jpg": whole.subarray(0, whole.length / 2) });
    const { train } = await imageFolder(folder, { size: 16, fit: "pad", scale: false, resizing: "fast" });
    const { inputs } = await train.read([0]);
    // 64 wide and 96 high, turned: 2 columns of 16 are left over at the left, none at the top.
    const at = (row: number, column: number) => inputs.data[(row * 16 + column) * 3];
    expect([at(8, 0), at(8, 1)]).toEqual([0, 0]);
    expect(at(0, 8)).toBeGreaterThan(0);
    await train.read([1]);
    expect(train.problems()).toMatchObject([{ reason: expect.stringMatching(/cut off or damaged/) }]);
  });

  test("splits every class alike, by the seed", async () => {
    const folder = temporaryFolder();
    const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => [`${name}/${i}.png`, i]);
    await writePictures(folder, Object.fromEntries([...names("a", 20), ...names("b", 10)]));
    const parts = async (seed: number) => {
      const { train, validation } = await imageFolder(folder, { size: 4, validationSplit: 0.2, seed });
      return { train: train.files, validation: validation?.files ?? [] };
    };
    const { train, validation } = await parts(1);
    const count = (files: typeof train, wanted: number) => files.filter(({ label }) => label === wanted).length;
    expect([count(train, 0), count(train, 1), count(validation, 0), count(validation, 1)]).toEqual([16, 8, 4, 2]);
    const all = new Set([...train, ...validation].map(({ path }) => path));
    expect(all.size).toBe(30);
    expect(await parts(1)).toEqual({ train, validation });
    const three = await imageFolder(folder, { size: 4, validationSplit: 0.2, testSplit: 0.1, seed: 1 });
    expect(three.validation?.files).toEqual(validation);
    const held = three.test?.files ?? [];
    expect([count(held, 0), count(held, 1), three.train.length]).toEqual([2, 1, 21]);
    expect(new Set([...three.train.files, ...validation, ...held].map(({ path }) => path)).size).toBe(30);
    expect(await failure(imageFolder(folder, { validationSplit: 0.5, testSplit: 0.5 }))).toMatch(
      /leave nothing to train/,
    );
    expect((await parts(2)).validation).not.toEqual(validation);
  });

  test("is split by its folders train, val and test", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "train/a/1.png": 1, "train/b/2.png": 2, "val/b/3.png": 3, "test/a/4.png": 4 });
    const { train, validation, test: held, classNames } = await imageFolder(folder, { size: 4 });
    expect(classNames).toEqual(["a", "b"]);
    expect(train.length).toBe(2);
    expect(validation && (await contents(validation))).toEqual([[3, 1]]);
    expect(held && (await contents(held))).toEqual([[4, 0]]);
    expect(await failure(imageFolder(folder, { validationSplit: 0.5 }))).toMatch(/split by its folders already/);
    expect(await failure(imageFolder(folder, { testSplit: 0.5 }))).toMatch(
      /there is a folder test; leave out testSplit/,
    );
    await writePictures(folder, { "test/new/5.png": 5 });
    expect(await failure(imageFolder(folder))).toMatch(/classes that train does not have: "new"/);
  });

  test("follows links, and circles end", async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    await writePictures(folder, { "a/1.png": 1, "b/2.png": 2 });
    await writePictures(elsewhere, { "more/3.png": 3 });
    await symlink(elsewhere, join(folder, "a", "linked"));
    await symlink(join(folder, "a"), join(folder, "a", "circle"));
    await symlink(join(folder, "a", "1.png"), join(folder, "b", "also.png"));
    await symlink(join(folder, "nowhere.png"), join(folder, "b", "broken.png"));
    const { train } = await imageFolder(folder, { size: 4 });
    expect(await contents(train)).toEqual([
      [1, 0],
      [3, 0],
      [2, 1],
      [1, 1],
    ]);
    expect(train.problems()).toEqual([{ path: join(folder, "b", "broken.png"), reason: "there is no such file" }]);
  });

  test("never takes another class's pictures by a link to a folder above", async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    await writePictures(folder, { "a/1.png": 1, "b/2.png": 2 });
    await writePictures(elsewhere, { "c/3.png": 3, "unrelated/4.png": 4 });
    await symlink("..", join(folder, "a", "up"));
    await symlink(join(folder, "..", ".."), join(folder, "b", "far up"));
    // A class that is a link: neither what lies above the link nor above its target is in it.
    await symlink(join(elsewhere, "c"), join(folder, "c"));
    await symlink("..", join(elsewhere, "c", "beside the target"));
    await symlink(folder, join(elsewhere, "c", "beside the link"));
    const { train } = await imageFolder(folder, { size: 4 });
    expect(await contents(train)).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
  });

  test("takes names with spaces, line breaks and any letters", async () => {
    const folder = temporaryFolder();
    const files = { "a b/x y.png": 1, "a b/new\nline.png": 2, "ñandú 猫/üß–😀.png": 3, 'quote"s/,comma;.png': 4 };
    await writePictures(folder, files);
    const { train, classNames } = await imageFolder(folder, { size: 4 });
    expect(classNames).toEqual(["a b", 'quote"s', "ñandú 猫"]);
    expect((await contents(train)).map(([value]) => value).sort()).toEqual([1, 2, 3, 4]);
    expect(train.problems()).toEqual([]);
  });
});

describe("bad input", () => {
  test("is skipped, counted and listed, and labels stay right", async () => {
    const folder = temporaryFolder();
    const cut = (await jpeg()).slice(0, 900);
    await writePictures(folder, {
      "a/1-text.jpg": "this is no picture",
      "a/2-cut.jpg": cut,
      "a/3-empty.png": new Uint8Array(0),
      "a/4-good.png": 50,
      "b/1-huge.png": await grey(1, 300, 300),
      "b/2-good.png": 60,
      "b/3-head-only.png": (await grey(2)).slice(0, 20),
    });
    const { train } = await imageFolder(folder, { size: 4, maxPixels: 50_000 });
    expect(await contents(train)).toEqual([
      [50, 0],
      [50, 0],
      [60, 1],
      [60, 1],
      [60, 1],
    ]);
    const listed = train.problems().map(({ path, reason }) => `${relative(folder, path)}: ${reason}`);
    expect(listed).toHaveLength(5);
    expect(listed.join("\n")).toMatch(/1-text\.jpg: is no picture/);
    expect(listed.join("\n")).toMatch(/3-empty\.png: is empty \(0 bytes\)/);
    expect(listed.join("\n")).toMatch(/2-cut\.jpg: is cut off or damaged/);
    expect(listed.join("\n")).toMatch(/1-huge\.png: is 300 x 300.*maxPixels/);
  });

  test("fails where that is asked for, and says which file", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "a/1.png": 1, "b/2.png": 2, "b/bad.jpg": "text" });
    expect(await failure(imageFolder(folder, { onError: "fail" }))).toMatch(/bad\.jpg: is no picture/);
    await writeFile(join(folder, "b/bad.jpg"), (await jpeg()).slice(0, 900));
    const { train } = await imageFolder(folder, { onError: "fail", size: 4 });
    expect(await failure(contents(train))).toMatch(/bad\.jpg: is cut off/);
  });

  test("a file that disappears while training is replaced by another of its class", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "a/1.png": 1, "a/2.png": 2, "b/3.png": 3 });
    const { train } = await imageFolder(folder, { size: 4 });
    await rm(join(folder, "a/1.png"));
    await rm(join(folder, "b/3.png"));
    // Of class b nothing is left: another picture comes, with its own label.
    expect(await contents(train)).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
    ]);
    expect(train.problems().map(({ reason }) => reason)).toEqual([
      "there is no such file. Check the path",
      "there is no such file. Check the path",
    ]);
    await rm(join(folder, "a/2.png"));
    expect(await failure(Promise.resolve(train.read([0])))).toMatch(/no picture can be read any more/);
  });

  test("an empty folder is told and no class, unless it is asked for; one class or none is an error", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "a/1.png": 1, "c/3.png": 3 });
    await mkdir(join(folder, "b"));
    const { train, emptyClasses, classNames } = await imageFolder(folder, { size: 4 });
    expect(classNames).toEqual(["a", "c"]);
    expect(emptyClasses).toEqual(["b"]);
    expect((await contents(train)).map(([, label]) => label)).toEqual([0, 1]);
    const asked = await imageFolder(folder, { size: 4, classes: ["a", "b", "c"] });
    expect(asked.classNames).toEqual(["a", "b", "c"]);
    expect(asked.emptyClasses).toEqual(["b"]);
    expect((await contents(asked.train)).map(([, label]) => label)).toEqual([0, 2]);
    await writePictures(folder, { "b/photo.HEIC": HEIC, "b/notes.txt": "words" });
    const heic = await imageFolder(folder, { size: 4 });
    expect(heic.classNames).toEqual(["a", "c"]);
    expect(heic.train.problems()).toEqual([
      {
        path: join(folder, "b/photo.HEIC"),
        reason: expect.stringMatching(/^is HEIC, which is not decoded. Convert it to/),
      },
    ]);
    await expect(imageFolder(folder, { onError: "fail" })).rejects.toThrow("photo.HEIC: is HEIC");
    await rm(join(folder, "c/3.png"));
    expect(await failure(imageFolder(folder))).toMatch(
      /only "a" has pictures that can be read, of the folders "a", "b", "c"; a net tells two classes or more apart/,
    );

    const single = temporaryFolder();
    await writePictures(single, { "only/1.png": 1 });
    expect(await failure(imageFolder(single))).toMatch(/has one class only, "only"/);
    expect((await imageFolder(single, { classes: ["only"] })).train.length).toBe(1);

    const outer = temporaryFolder();
    await writePictures(outer, { "photos/a/1.png": 1, "photos/b/2.png": 2 });
    const photos = join(outer, "photos");
    expect((await imageFolder(outer)).classNames).toEqual(["a", "b"]);
    expect(await failure(imageFolder(join(photos, "a")))).toContain(`did you mean ${photos}?`);

    const flat = temporaryFolder();
    await writePictures(flat, { "1.png": 1 });
    expect(await failure(imageFolder(flat))).toMatch(/1 pictures and no folders; make a folder for each class/);
    expect(await failure(imageFolder(join(flat, "nowhere")))).toMatch(/there is no such folder/);
    expect(await failure(imageFolder(join(flat, "1.png")))).toMatch(/is a file, where a folder/);

    const none = temporaryFolder();
    await writePictures(none, { "a/readme.txt": "x", "b/bad.jpg": "x" });
    expect(await failure(imageFolder(none))).toMatch(/there are no pictures in its folders.*bad\.jpg: is no picture/);
  });

  test("a pipe named as a picture is no file and never waited for", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "a/1.png": 1, "b/2.png": 2 });
    execFileSync("mkfifo", [join(folder, "a", "pipe.jpg")]);
    expect((await imageFolder(folder)).train.length).toBe(2);
  });
});

describe("a list in CSV", () => {
  test("gives paths and classes, quoted ones too", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "p/1.png": 1, "p/a, b.png": 2, "p/new\nline.png": 3 });
    const text = 'id,label,path\r\n1,dog,p/1.png\r\n2,"the ""cat""","p/a, b.png"\r\n3,dog,"p/new\nline.png"\r\n';
    await writeFile(join(folder, "list.csv"), `\ufeff${text}`);
    const { train, classNames } = await csvManifest(join(folder, "list.csv"), { size: 4 });
    expect(classNames).toEqual(["dog", 'the "cat"']);
    expect(await contents(train)).toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ]);
  });

  test("needs no first line with names where it has two columns", async () => {
    const folder = temporaryFolder();
    await writePictures(folder, { "1.png": 1, "2.png": 2, "list.csv": "1.png,b\n2.png,a\n" });
    expect(await contents((await csvManifest(join(folder, "list.csv"), { size: 4 })).train)).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });

  test("that names a missing picture, a wrong class or too few columns says so", async () => {
    const folder = temporaryFolder();
    const list = join(folder, "list.csv");
    await writePictures(folder, { "1.png": 1, "list.csv": "path,class\n1.png,a\nmissing.png,b\n" });
    const { train } = await csvManifest(list, { size: 4 });
    expect(train.length).toBe(1);
    expect(train.problems()).toEqual([{ path: join(folder, "missing.png"), reason: "there is no such file" }]);
    expect(await failure(csvManifest(list, { onError: "fail" }))).toMatch(/missing\.png: there is no such file/);
    expect(await failure(csvManifest(list, { classes: ["a"] }))).toMatch(/line 3: class "b" is not among/);
    await writeFile(list, "path,class\n1.png,\n");
    expect(await failure(csvManifest(list))).toMatch(/line 2: names no class/);
    await writeFile(list, "path,class\n1.png,a\n");
    expect(await failure(csvManifest(list))).toMatch(/has one class only, "a"/);
    expect((await csvManifest(list, { classes: ["a"] })).train.length).toBe(1);
    await writeFile(list, "path,class\n1.png\n");
    expect(await failure(csvManifest(list))).toMatch(/line 2: has 1 columns, where the first line has 2/);
    await writeFile(list, 'path,class\n"1.png,a\n');
    expect(await failure(csvManifest(list))).toMatch(/line 2: a quote is opened and never closed/);
    expect(await failure(csvManifest(join(folder, "no.csv")))).toMatch(/cannot be read/);
  });
});

describe("CIFAR in binary", () => {
  const record = (labels: readonly number[]) =>
    Uint8Array.from([...labels, ...Array.from({ length: 3072 }, (_, i) => (i >> 10) * 100 + (i % 7))]);

  test("10 and 100 are pictures with channels last", async () => {
    const folder = temporaryFolder();
    const batches = [1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, record([i])]);
    const names = Array.from({ length: 10 }, (_, i) => `class${i}`).join("\n");
    await writePictures(folder, {
      ...Object.fromEntries(batches),
      "test_batch.bin": record([9]),
      "batches.meta.txt": `${names}\n\n`,
      "train.bin": record([1, 3]),
      "test.bin": record([0, 2]),
      "fine_label_names.txt": "a\nb\nc\nd\n",
      "coarse_label_names.txt": "x\ny\n",
    });
    const { train, test: held } = await cifar10(folder);
    expect([train.length, held.length, train.classes]).toEqual([5, 1, 10]);
    const { inputs, targets } = await train.read([2]);
    expect(inputs.shape).toEqual([1, 32, 32, 3]);
    expect(Array.from(inputs.data.subarray(0, 6), (value) => Math.round(value * 255))).toEqual([
      0, 102, 204, 1, 103, 205,
    ]);
    expect([...targets.data]).toEqual([3]);
    expect([...(await (await cifar100(folder)).train.read([0])).targets.data]).toEqual([3]);
    expect([...(await (await cifar100(folder, { labels: "coarse" })).train.read([0])).targets.data]).toEqual([1]);
    await writeFile(join(folder, "test_batch.bin"), new Uint8Array(100));
    expect(await failure(cifar10(folder))).toMatch(/test_batch\.bin: has 100 bytes, where records have 3073/);
  });
});

describe("classes of unlike size", () => {
  test("have weights like scikit-learn's", () => {
    expect(classWeights([0, 0, 0, 1], 3)).toEqual([4 / 6, 2, 0]);
    expect(() => classWeights([0, 5], 2)).toThrow(/label 5 at index 1/);
  });

  test("are shown equally often, all examples of a class before one comes again", async () => {
    const folder = temporaryFolder();
    const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => [`${name}/${i}.png`, i]);
    await writePictures(folder, Object.fromEntries([...names("a", 9), ...names("b", 3)]));
    const { train } = await imageFolder(folder, { size: 4 });
    const labels = train.files.map(({ label }) => label);
    const even = balanced(train, labels, { seed: 3 });
    const all = Array.from({ length: even.length }, (_, i) => i);
    const read = async (epoch: number) => {
      const { inputs, targets } = await even.read(all, { epoch });
      return all.map((i) => [Math.round(255 * Number(inputs.data[i * 48])), Number(targets.data[i])]);
    };
    const first = await read(0);
    expect(first.filter(([, label]) => label === 0)).toHaveLength(6);
    const rare = first.filter(([, label]) => label === 1).map(([value]) => value);
    expect([...rare.slice(0, 3)].sort()).toEqual([0, 1, 2]);
    expect(await read(0)).toEqual(first);
    expect(await read(1)).not.toEqual(first);
  });
});
