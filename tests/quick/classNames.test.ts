// Pictures whose names have their classes, and the folders that downloads are unpacked into.
import { join } from "node:path";
import { expect, test } from "vitest";
import { augment, imageFolder, inspectFolder, loader, randomFlip, split } from "#striate/data/index";
import { encodeImage } from "#striate/image/index";
import { tensor } from "#striate/tensor/index";
import { pattern } from "../support/pattern.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: Error) => error.message,
  );

test("pictures in one folder have the class that their names begin with, where that is plain", async () => {
  const folder = temporaryFolder();
  const names = ["cat.0.jpg", "cat.1.jpg", "dog 12.jpg", "dog_3.jpg", "dog(4).jpg", "été1.png", "été-2.png"];
  await writePictures(folder, Object.fromEntries(names.map((name, i) => [name, 10 * i])));
  const { train, classNames } = await imageFolder(folder, { size: 4 });
  expect(classNames).toEqual(["cat", "dog", "été"]);
  expect(train.files.map(({ path, label }) => [path.slice(folder.length + 1), label])).toEqual([
    ["cat.0.jpg", 0],
    ["cat.1.jpg", 0],
    ["dog 12.jpg", 1],
    ["dog(4).jpg", 1],
    ["dog_3.jpg", 1],
    ["été-2.png", 2],
    ["été1.png", 2],
  ]);
  const split = await imageFolder(folder, { size: 4, validationSplit: 0.3 });
  expect([split.train.length, split.validation?.length]).toEqual([4, 3]);
  expect((await inspectFolder(folder)).classNames).toEqual(["cat", "dog", "été"]);
});

test("a class pattern says it, the first group before the match; other names are listed", async () => {
  const folder = temporaryFolder();
  await writePictures(folder, {
    "P001.png": 1,
    "P002.png": 2,
    "D1.png": 3,
    "Dx.png": 4,
    "1.png": 5,
    "deep/B 7.png": 6,
  });
  const files = async (classPattern: RegExp | string, classes?: string[]) => {
    const { train } = await imageFolder(folder, { classPattern, ...(classes && { classes }) });
    return [train.classNames, train.files.map(({ label }) => label), train.problems().map(({ path }) => path)];
  };
  const one = join(folder, "1.png");
  expect(await files(/^[A-Z]/g)).toEqual([["B", "D", "P"], [0, 1, 1, 2, 2], [one]]);
  expect(await files("(P|D)\\d")).toEqual([
    ["D", "P"],
    [0, 1, 1],
    [one, join(folder, "Dx.png"), join(folder, "deep/B 7.png")],
  ]);
  expect(await files("^[A-Z]", ["P", "D"])).toEqual([["P", "D"], [0, 0, 1, 1], [one]]);
  const failing = imageFolder(folder, { classPattern: "^[A-Z]", onError: "fail" });
  expect(await failure(failing)).toBe(`${one}: its name does not match the class pattern /^[A-Z]/u`);
  expect(await failure(imageFolder(folder, { classPattern: "^(P)" }))).toMatch(
    /by the class pattern \/\^\(P\)\/u has one class only, "P"; 4 names do not match it, as "1.png"/,
  );
  expect(await failure(imageFolder(folder, { classPattern: "(" }))).toMatch(/classPattern is a regular expression/);
});

test("names that are not plain are told, with a pattern to give", async () => {
  const folder = temporaryFolder();
  await writePictures(folder, { "cat1.png": 1, "cat2.png": 2, "dog1.png": 3 });
  expect(await failure(imageFolder(folder))).toContain(
    `has 3 pictures and no folders, whose names begin with "cat" (2), "dog" (1); make a folder for each class in it and put the ` +
      `class's pictures there, or say which part of a name is the class, by classPattern: "^(cat|dog)" (--class-pattern '^(cat|dog)')`,
  );
  const camera = temporaryFolder();
  await writePictures(camera, { "IMG_1.png": 1, "IMG_2.png": 2, "DSC_1.png": 3, "DSC_2.png": 4 });
  expect(await failure(imageFolder(camera))).toMatch(/begin with "DSC" \(2\), "IMG" \(2\).*\^\(cat\|dog\)/);
});

test("parts may be folders of such names too, and a download's outer folder stands for the inner one", async () => {
  const folder = temporaryFolder();
  const part = (name: string) => ({ [`${name}/cat.1.png`]: 1, [`${name}/cat.2.png`]: 2, [`${name}/dog.1.png`]: 3 });
  await writePictures(folder, {
    ...part("in/train"),
    "in/train/dog.2.png": 4,
    ...part("in/val"),
    "__MACOSX/in/._a.png": "x",
  });
  const { train, validation, classNames } = await imageFolder(folder, { size: 4 });
  expect([train.length, validation?.length, classNames]).toEqual([4, 3, ["cat", "dog"]]);
});

test("cats and dogs works as it is unpacked", async () => {
  const folder = temporaryFolder();
  const noise = tensor(
    "uint8",
    [20, 24, 3],
    Uint8Array.from(pattern([20, 24, 3], 1, 100).data, (x) => 100 + x),
  );
  const jpeg = await encodeImage(noise, { format: "jpeg" });
  const gif = Buffer.from("R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==", "base64");
  const bmp = new Uint8Array(60);
  bmp.set(Buffer.from("BM"));
  const files: Record<string, Uint8Array | string> = { "readme[1].txt": "words" };
  for (const name of ["Cat", "Dog"]) {
    for (let i = 0; i < 4; i++) files[`PetImages/${name}/${i}.jpg`] = jpeg;
    files[`PetImages/${name}/666.jpg`] = "";
    files[`PetImages/${name}/Thumbs.db`] = "x";
    files[`PetImages/${name}/gif in disguise.jpg`] = gif;
    files[`PetImages/${name}/bmp.jpg`] = bmp;
    files[`PetImages/${name}/zerrissen ß.jpg`] = jpeg.subarray(0, 200);
    files[`PetImages/${name}/._0.jpg`] = "resource fork";
    files[`__MACOSX/PetImages/${name}/._0.jpg`] = "resource fork";
  }
  await writePictures(folder, files);
  const { train, classNames } = await imageFolder(folder, { size: 8 });
  expect(classNames).toEqual(["Cat", "Dog"]);
  const { standIns } = await train.read(Array.from({ length: train.length }, (_, i) => i));
  expect(standIns).toHaveLength(2);
  const reasons = train.problems().map(({ path, reason }) => `${path.slice(path.lastIndexOf("Cat"))}: ${reason}`);
  expect(reasons.filter((reason) => reason.startsWith("Cat"))).toEqual(
    [
      "Cat/666.jpg: is empty (0 bytes)",
      expect.stringMatching(/^Cat\/bmp\.jpg: is BMP/),
      expect.stringMatching(/^Cat\/zerrissen ß\.jpg: /),
    ].sort(),
  );
});

test("classes that differ only in case, or in how an accent is written, are an error", async () => {
  const folder = temporaryFolder();
  await writePictures(folder, { "Cat/1.png": 1, "cat/2.png": 2, "dog/3.png": 3 });
  expect(await failure(imageFolder(folder))).toMatch(/the classes "?Cat"?, "?cat"? differ only in case/);
  expect((await imageFolder(folder, { classes: ["Cat", "cat"] })).train.length).toBe(2);
  const names = temporaryFolder();
  await writePictures(names, { "Cat1.png": 1, "cat2.png": 2, "\u00e91.png": 3, "e\u03012.png": 4 });
  expect(await failure(imageFolder(names, { classPattern: "^[^\\d]+" }))).toMatch(/differ only in case/);
});

test("each example's file is known through splits, augmentation and loaders", async () => {
  const folder = temporaryFolder();
  await writePictures(folder, { "a/1.png": 1, "a/2.png": 2, "b/3.png": 3, "b/4.png": 4 });
  const { train } = await imageFolder(folder, { size: 4 });
  expect(train.paths()).toEqual(["a/1.png", "a/2.png", "b/3.png", "b/4.png"].map((name) => join(folder, name)));
  const { train: some, validation } = split(augment(train, [randomFlip()]), 0.5);
  const all = [...(some.paths?.() ?? []), ...(validation.paths?.() ?? [])];
  expect(all.sort()).toEqual(train.paths());
  const loaded = loader(some, { workers: 0 });
  expect(loaded.paths?.()).toEqual(some.paths?.());
  await loaded.close();
});
