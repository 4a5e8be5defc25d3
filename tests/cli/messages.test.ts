// What a new user meets: messages say what is wrong in the words of the command, and what to do.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkMemory } from "#striate/cli/commands/train/memory";
import { encodeSafetensors } from "#striate/formats/index";
import { lenet, resnet18 } from "#striate/zoo/index";
import { failure, SMALL_NET, striate } from "../support/cli.ts";
import { HEIC, writePictures } from "../support/pictureFolder.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-messages-"));
  const numbered = (name: string, from: number) =>
    Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`photos/${name}/${i}.png`, from + i]));
  await writePictures(cwd, { ...numbered("cat", 10), ...numbered("dog", 90), "photos/cat/IMG_1.HEIC": HEIC });
  await mkdir(join(cwd, "photos/empty"));
  await mkdir(join(cwd, "nothing"));
  await writePictures(cwd, { "notes/a.txt": "words", "outer/inner/a/1.png": 1, "outer/inner/b/2.png": 2 });
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>';
  await writeFile(join(cwd, "drawing.png"), svg);
});
afterAll(() => rm(cwd, { recursive: true }));

describe("folders", () => {
  test("that are empty, hold nothing to learn from, or lie a level above or below", async () => {
    const train = (folder: string, words: string, ...args: readonly string[]) =>
      failure(1, words, cwd, "train", folder, "--model", "lenet", ...args);
    await train("nothing", "nothing: is empty. Give a folder that holds a folder of pictures", "--image-size", "32");
    await train("notes", "notes: has neither pictures nor IDX files in it, but a.txt");
    // The folder in it stands for it.
    await failure(2, "2 pictures are too few for a validationSplit of 0.1", cwd, "train", "outer", "--model", "lenet");
    await train("outer/inner/a", `has 1 pictures and no folders; did you mean ${join(cwd, "outer", "inner")}?`);
  });

  test("without a picture are no class, and HEIC is listed with what to do", async () => {
    const args = ["--epochs", "1", "--image-size", "8", "--workers", "0", ...SMALL_NET, "--out", "run"];
    const { code, stdout, stderr } = await striate(cwd, "train", "photos", ...args);
    expect(code).toBe(0);
    expect(stderr).toContain("no class, without a picture that can be read: empty");
    expect(stdout).toContain("left out because they could not be read: 1");
    expect(stdout).toContain(
      "IMG_1.HEIC: is HEIC, which is not decoded. Convert it to JPEG (magick photo.heic photo.jpg",
    );
    const config = JSON.parse(await readFile(join(cwd, "run", "config.json"), "utf8"));
    expect(config.classNames).toEqual(["cat", "dog"]);
    const report = await striate(cwd, "data", "photos");
    expect(report.stdout).toContain("1 unreadable file\n  photos/cat/IMG_1.HEIC: is HEIC, which is not decoded.");
    expect(report.stdout).toContain("no class, without a picture that can be read: empty");
    // Other data with a third class: nobody gave --classes.
    await writePictures(cwd, { "three/cat/1.png": 1, "three/dog/2.png": 2, "three/emu/3.png": 3 });
    await failure(
      1,
      "has the classes cat, dog, emu; the run was started with cat, dog",
      cwd,
      "evaluate",
      "run",
      "--data",
      "three",
    );
    await writePictures(cwd, { "one/cat/1.png": 1 });
    await mkdir(join(cwd, "one/dog"));
    expect((await striate(cwd, "evaluate", "run", "--data", "one")).stdout).toContain("on 1 ");
  }, 60_000);
});

describe("pictures", () => {
  test("of a format that is not decoded are refused by name, whatever theirs is", async () => {
    await failure(1, "drawing.png: is SVG, which is not decoded. Draw it as a PNG first", cwd, "edges", "drawing.png");
  });

  test("that are missing are said to be, in whatever place they are given", async () => {
    const words = 'there is no file "x.HEIC"; give a run or the file of a model, and after it the pictures';
    await failure(2, words, cwd, "predict", "x.HEIC");
    await failure(2, "there is no run in x; ", cwd, "predict", "x");
  });

  test("of too many pixels name the option that raises the limit", async () => {
    await writePictures(cwd, { "a.png": 1 });
    const words =
      "a.png: is 8 x 8, 64 pixels, and at most 50 are decoded. If the picture is good, raise the limit: maxPixels";
    await failure(1, words, cwd, "edges", "a.png", "--max-pixels", "50");
  });
});

describe("a net that does not fit into memory", () => {
  test("is refused before it trains, with what to change", () => {
    expect(() => checkMemory(lenet({ inputShape: [5000, 5000, 3], classes: 5 }), 64, 16e9)).toThrow(
      /^model lenet on pictures of 5000 x 5000 needs .* at least to train, and this machine has 16.0 GB: it has 39,062,\d+,\d+ parameters, .*--image-size/,
    );
    expect(() => checkMemory(resnet18({ inputShape: [2048, 2048, 3] }), 64, 16e9)).toThrow(
      /for a batch of 64; take a smaller/,
    );
    expect(() => checkMemory(lenet(), 64, 16e9)).not.toThrow();
    expect(() => lenet({ inputShape: [5000, 5000, 3] }).weights).toThrow(
      /^fc1\/kernel is \[78125000,500\], 39,062,500,000 numbers, and an array holds 4,294,967,295; take a smaller input/,
    );
  });
});

describe("files that are written", () => {
  test("export writes .onnx and no other name", async () => {
    const words =
      'export writes ONNX files, and "x.keras" is not named as one; give "x.onnx", or for other formats take striate convert';
    await failure(2, words, cwd, "export", "lenet", "x.keras");
  });

  test("convert says what --model is for", async () => {
    await writeFile(join(cwd, "lenet.safetensors"), Buffer.concat([...encodeSafetensors(lenet().weights)]));
    await failure(
      2,
      "--model says which net weights alone belong to, and lenet is a net of the zoo",
      cwd,
      ...["convert", "lenet", "x.keras", "--model", "lenet"],
    );
    await failure(
      2,
      'there is no file "none.pth" with weights for --model',
      cwd,
      "convert",
      "none.pth",
      "x.keras",
      "--model",
      "lenet",
    );
    await failure(
      2,
      "the second file lenet.safetensors would be written over a file that is read",
      cwd,
      ...["convert", "lenet.safetensors", "lenet.safetensors"],
    );
    const misfits = await failure(
      1,
      "its weights do not fit into model vgg16:\n  block1_conv1/kernel is not in the file\n",
      cwd,
      ...["convert", "lenet.safetensors", "x.keras", "--model", "vgg16"],
    );
    expect(misfits.trimEnd().split("\n").at(-1)).toBe("  and 20 more");
  }, 60_000);
});
