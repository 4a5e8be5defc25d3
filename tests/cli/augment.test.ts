import { copyFile, link, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { blankImage, decodeImage, encodeImage } from "#striate/image/index";
import { striate } from "../support/cli.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";

const PHOTO = resolve("tests/goldens/photos/chelsea.png");

describe("striate augment", () => {
  test("draws a sheet, the same by the same seed", async () => {
    const cwd = temporaryFolder();
    const options = ["--rotation-range", "40", "--zoom-range", "0.8,1.2", "--horizontal-flip", "--count", "5"];
    for (const name of ["a.png", "b.png"]) {
      const { code, stdout } = await striate(cwd, "augment", PHOTO, "-o", name, "--seed", "1", ...options);
      expect(code).toBe(0);
      expect(stdout).toBe(`${name}: 5 pictures made of ${PHOTO}\n`);
    }
    const sheet = await readFile(join(cwd, "a.png"));
    expect(sheet.equals(await readFile(join(cwd, "b.png")))).toBe(true);
    // The original and five of 64 x 64, three times enlarged, in the proportions of a screen.
    const [height = 0, width = 0] = (await decodeImage(sheet)).shape;
    expect(width / height).toBeGreaterThan(0.8);
    expect(width / height).toBeLessThan(2);
    await striate(cwd, "augment", PHOTO, "-o", "c.png", "--seed", "2", ...options);
    expect(sheet.equals(await readFile(join(cwd, "c.png")))).toBe(false);
  });

  test("shows without options what training does, which is what its name says too", async () => {
    const cwd = temporaryFolder();
    expect((await striate(cwd, "augment", PHOTO)).code).toBe(0);
    expect((await striate(cwd, "augment", PHOTO, "--augment", "default", "-o", "named.png")).code).toBe(0);
    expect((await striate(cwd, "augment", PHOTO, "--augment", "none", "-o", "none.png")).code).toBe(0);
    const [plain, named, none] = await Promise.all(
      ["chelsea-augmented.png", "named.png", "none.png"].map((name) => readFile(join(cwd, name))),
    );
    expect(plain?.equals(named ?? Buffer.of())).toBe(true);
    expect(plain?.equals(none ?? Buffer.of())).toBe(false);
  });

  test("the sheet shows the size that training sees, pixels of a shift are its pixels", async () => {
    const cwd = temporaryFolder();
    const wide = blankImage("uint8", { height: 200, width: 400, channels: 1 });
    await writeFile(join(cwd, "wide.png"), await encodeImage({ ...wide, data: wide.data.fill(200) }));
    const shift = ["--width-shift-range", "8", "--fill-mode", "constant", "--count", "4"];
    for (const size of [
      ["--image-size", "32"],
      ["--image-size", "32,40"],
    ]) {
      expect((await striate(cwd, "augment", "wide.png", "-o", "sheets", ...shift, ...size)).code).toBe(0);
      const { shape, data } = await decodeImage(join(cwd, "sheets/wide_0.png"), { channels: 1 });
      expect(shape).toEqual([32, size[1] === "32" ? 32 : 40, 1]);
      expect(data.filter((value) => value < 10).length / 32).toBeLessThanOrEqual(8);
    }
    expect((await striate(cwd, "augment", "wide.png", "-o", "sheet.png", ...shift)).code).toBe(0);
    const { data } = await decodeImage(join(cwd, "sheet.png"), { channels: 1 });
    // The original is there as it is: its grey in its proportions.
    expect(data.filter((value) => value === 200).length).toBeGreaterThan(192 * 96);
  });

  test("does not write over the picture, by whatever name", async () => {
    const cwd = temporaryFolder();
    await copyFile(PHOTO, join(cwd, "a.png"));
    await link(join(cwd, "a.png"), join(cwd, "hard.png"));
    await symlink("a.png", join(cwd, "soft.png"));
    const before = await readFile(PHOTO);
    for (const out of ["a.png", "./a.png", "hard.png", "soft.png"]) {
      const { code, stderr } = await striate(cwd, "augment", "a.png", "-o", out);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: `striate: -o ${out} would be written over a file that is read; give another place\n`,
      });
    }
    expect((await readFile(join(cwd, "a.png"))).equals(before)).toBe(true);
    const { code } = await striate(cwd, "augment", "a.png", "-o", "b.png");
    expect(code).toBe(0);
  });

  test("writes files into a folder, of the picture's size", async () => {
    const cwd = temporaryFolder();
    const steps = ["--gaussian-noise", "0.1", "--cutout", "0.2", "--color-jitter", "0.2", "--rand-augment", "9"];
    const { code, stdout } = await striate(cwd, "augment", PHOTO, "-o", "out", "--count", "3", ...steps, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      count: 3,
      files: ["out/chelsea_0.png", "out/chelsea_1.png", "out/chelsea_2.png"],
    });
    expect(await readdir(join(cwd, "out"))).toHaveLength(3);
    expect((await decodeImage(join(cwd, "out/chelsea_2.png"))).shape).toEqual((await decodeImage(PHOTO)).shape);
  });

  test("says what is wrong", async () => {
    const cwd = temporaryFolder();
    await writePictures(cwd, { "text.jpg": "no picture" });
    const failure = async (...args: readonly string[]) => {
      const { code, stderr } = await striate(cwd, "augment", ...args);
      return `${code} ${stderr}`;
    };
    expect(await failure(PHOTO, "-o", "")).toMatch(/^2 striate: -o "": give a picture/);
    expect(await failure(PHOTO, "-o", "x.bmp")).toMatch(/^2 striate: -o "x\.bmp": give a picture \(\.png, /);
    expect(await failure(PHOTO, "--augment", "bold")).toMatch(/^1 striate: --augment takes default, strong, none/);
    expect(await failure("missing.png", "-o", "x.png")).toMatch(/^1 striate: missing\.png: there is no such file/);
    expect(await failure("text.jpg", "-o", "x.png")).toMatch(/^1 striate: text\.jpg: is no picture/);
    expect(await failure(PHOTO, "-o", "x.png", "--zoom-range", "a")).toMatch(/^2 .*--zoom-range/);
  });
});

describe("striate data", () => {
  test("counts classes, and finds unreadable files, duplicates and small classes", async () => {
    const cwd = temporaryFolder();
    await writePictures(cwd, {
      "set/train/cat/1.png": 1,
      "set/train/cat/2.png": 2,
      "set/train/cat/bad.jpg": "text",
      "set/train/dog/3.png": 3,
      "set/train/dog/also1.png": 1,
      "set/test/dog/leak.png": 3,
      "set/test/cat/4.png": 4,
    });
    const { code, stdout } = await striate(cwd, "data", "set", "--sheet", "sheet.png", "--json");
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.pictures).toBe(6);
    expect(report.classes).toEqual([
      { name: "cat", train: 2, validation: 0, test: 1 },
      { name: "dog", train: 2, validation: 0, test: 1 },
    ]);
    expect(report.sizes.width).toEqual({ least: 8, median: 8, most: 8 });
    expect(report.unreadable).toEqual([
      { path: "set/train/cat/bad.jpg", reason: expect.stringContaining("is no picture that can be read") },
    ]);
    expect(report.acrossParts.map((group: { path: string }[]) => group.map(({ path }) => path))).toEqual([
      ["set/train/dog/3.png", "set/test/dog/leak.png"],
    ]);
    expect(report.otherDuplicates[0].map(({ class: name }: { class: string }) => name)).toEqual(["cat", "dog"]);
    expect(report.smallClasses).toEqual(["cat", "dog"]);
    // Two classes beside each other, each a square of 240.
    const [height = 0, width = 0] = (await decodeImage(join(cwd, "sheet.png"))).shape;
    expect([Math.floor(height / 240), Math.floor(width / 240)]).toEqual([1, 2]);
    const text = (await striate(cwd, "data", "set", "--least", "2")).stdout;
    expect(text).toContain("set: 6 pictures, 2 classes");
    expect(text).toContain("1 picture is in several classes: one label is wrong");
    expect(text).not.toContain("fewer than");
  });

  test("says what is wrong with a folder", async () => {
    const cwd = temporaryFolder();
    await writePictures(cwd, { "flat/1.png": 1 });
    expect(await striate(cwd, "data", "flat")).toMatchObject({ code: 1, stderr: expect.stringMatching(/no folders/) });
    expect(await striate(cwd, "data", "no")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no such folder/),
    });
  });
});
