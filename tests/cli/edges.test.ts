import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findInputs } from "#striate/cli/data/pictureFiles";
import {
  blankImage,
  canny,
  correlate,
  decodeImage,
  encodeImage,
  gradientMagnitude,
  gradients,
  laplacianOfGaussian,
  renormalize,
} from "#striate/image/index";
import { expectFailure, failure, json, jsonLines, striate } from "../support/cli.ts";

const photos = fileURLToPath(new URL("../goldens/photos", import.meta.url));
const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-edges-"));
  await mkdir(join(cwd, "photos/more"), { recursive: true });
  await cp(join(photos, "chelsea.png"), join(cwd, "photos/cat.png"));
  await cp(join(photos, "coffee.png"), join(cwd, "photos/more/cup.png"));
  await mkdir(join(cwd, "other"));
  await cp(join(photos, "coffee.png"), join(cwd, "other/cat.png"));
  await writeFile(join(cwd, "photos/notes.txt"), "no picture");
  await writeFile(join(cwd, "diagonal.json"), "[[1, 0], [0, -1]]");
});
afterAll(() => rm(cwd, { recursive: true }));

const picture = (path: string, channels: 1 | 3 = 1) => decodeImage(join(cwd, path), { channels });
const edges = (...args: readonly string[]) => json(cwd, "edges", "photos/cat.png", ...args);

describe("edges of one picture", () => {
  test("are Sobel's magnitude, renormalized", async () => {
    expect(await edges("-o", "sobel.png")).toEqual([
      { input: "photos/cat.png", output: "sobel.png", width: 224, height: 224 },
    ]);
    const wanted = renormalize(gradientMagnitude(await picture("photos/cat.png")));
    expect((await picture("sobel.png")).data).toEqual(wanted.data);
  });

  test("canny, log and a kernel are what the library gives", async () => {
    const source = await picture("photos/cat.png");
    await edges("-o", "canny.png", "--operator", "canny", "--low", "50", "--high", "120");
    expect((await picture("canny.png")).data).toEqual(canny(source, { low: 50, high: 120 }).data);
    await edges("-o", "log.png", "--operator", "log", "--blur", "1.5");
    const log = laplacianOfGaussian(source, { sigma: 1.5 });
    expect((await picture("log.png")).data).toEqual(renormalize({ ...log, data: log.data.map(Math.abs) }).data);
    await edges("-o", "kernel.png", "--kernel", "diagonal.json");
    const kernel = correlate(
      source,
      [
        [1, 0],
        [0, -1],
      ],
      { border: "reflect" },
    );
    expect((await picture("kernel.png")).data).toEqual(renormalize(kernel).data);
  });

  test("--gx has 128 for 0, brighter where the picture becomes brighter to the right", async () => {
    await edges("-o", "gx.png", "--gx", "--operator", "scharr");
    const { gx } = gradients(await picture("photos/cat.png"), { operator: "scharr" });
    const { data } = await picture("gx.png");
    const most = gx.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    for (const [i, value] of gx.data.entries()) expect(data[i]).toBe(Math.round(128 + (value * 127) / most));
  });

  test("--direction has colours, --grid has five pictures and a wheel in the proportions of a screen", async () => {
    await edges("-o", "direction.png", "--direction");
    const { data } = await picture("direction.png", 3);
    expect(data.some((value, i) => i % 3 === 0 && value > 200 && (data[i + 1] ?? 255) < 60)).toBe(true);
    const [{ width, height } = {}] = await edges("-o", "grid.png", "--grid");
    expect(Number(width)).toBeGreaterThan(3 * 224);
    expect(Number(height)).toBeGreaterThan(2 * (224 + 50));
    expect(Number(width) / Number(height)).toBeGreaterThan(1);
    expect(Number(width) / Number(height)).toBeLessThan(2);
  });

  test("noise is the same for a seed", async () => {
    const noisy = ["--noise", "20", "--seed", "3"];
    await edges("-o", "noise1.png", ...noisy);
    await edges("-o", "noise2.png", ...noisy);
    expect(await readFile(join(cwd, "noise1.png"))).toEqual(await readFile(join(cwd, "noise2.png")));
    await edges("-o", "noise3.png", "--noise", "20");
    expect(await readFile(join(cwd, "noise3.png"))).not.toEqual(await readFile(join(cwd, "noise1.png")));
  });

  test("-o - writes a PNG to a pipe, and nothing else", async () => {
    const child = spawn(process.execPath, [main, "edges", "photos/cat.png", "-o", "-"], { cwd });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    expect((await once(child, "close"))[0]).toBe(0);
    const piped = await decodeImage(Buffer.concat(chunks), { channels: 1 });
    expect(piped.data).toEqual(renormalize(gradientMagnitude(await picture("photos/cat.png"))).data);
  });

  test("without -o go to NAME-edges.png in the working folder", async () => {
    expect(await edges()).toMatchObject([{ output: "cat-edges.png" }]);
    expect((await picture("cat-edges.png")).data).toEqual(
      renormalize(gradientMagnitude(await picture("photos/cat.png"))).data,
    );
  });

  test("a wide picture's --grid is no ribbon, and a line's is no wall", async () => {
    await writeFile(
      join(cwd, "wide.png"),
      await encodeImage(blankImage("uint8", { height: 200, width: 1500, channels: 1 })),
    );
    await writeFile(
      join(cwd, "line.png"),
      await encodeImage(blankImage("uint8", { height: 1, width: 300, channels: 1 })),
    );
    const [wide] = await json(cwd, "edges", "wide.png", "-o", "widegrid.png", "--grid");
    const [line] = await json(cwd, "edges", "line.png", "-o", "linegrid.png", "--grid");
    for (const { width, height } of [wide ?? {}, line ?? {}]) {
      expect(Number(width)).toBeLessThan(2000);
      expect(Number(width) / Number(height)).toBeLessThan(2.5);
    }
  });

  test("the ending says the format", async () => {
    await edges("-o", "edges.webp");
    expect((await readFile(join(cwd, "edges.webp"))).toString("latin1", 8, 12)).toBe("WEBP");
  });
});

describe("edges of many pictures", () => {
  test("a folder's, with those below it, go under their own names", async () => {
    await json(cwd, "edges", "photos", "-o", "folder");
    expect(await readdir(join(cwd, "folder"), { recursive: true })).toEqual(
      expect.arrayContaining(["cat.png", join("more", "cup.png")]),
    );
  });

  test("a glob that the shell left alone is expanded", async () => {
    const lines = await json(cwd, "edges", "photos/**/c?p.*", "-o", "globbed/");
    expect(lines).toMatchObject([
      { input: join("photos", "more", "cup.png"), output: join("globbed", "more", "cup.png") },
    ]);
    expect(await json(cwd, "edges", "photos/*.png", "-o", "one/")).toHaveLength(1);
  });

  test.each([
    ["photos/[a-c]*.png", ["cat.png"]],
    ["photos/[!c]*.png", []],
    ["{photos,other}/{cat,cup}.{jpg,png}", ["other/cat.png", "photos/cat.png"]],
    ["photos/**", ["cat.png", "more/cup.png"]],
  ])("the glob %s names %j", async (glob, names) => {
    const found = (await findInputs([join(cwd, glob)]).catch(() => [])).map(({ name }) => name.split(sep).join("/"));
    expect(found.sort()).toEqual(names);
  });

  test("names are what they are: brackets, line breaks, Unicode; links are followed, pipes are left alone", async () => {
    const folder = join(cwd, "odd");
    await mkdir(join(folder, "in/inner"), { recursive: true });
    const names = ["[1].png", "a b.png", "new\nline.png", "\u00fc \u6f22.png"];
    for (const name of names) await cp(join(photos, "chelsea.png"), join(folder, "in/inner", name));
    await symlink("inner", join(folder, "in/link"));
    await symlink("..", join(folder, "in/inner/circle"));
    execFileSync("mkfifo", [join(folder, "in/pipe.png")]);
    await json(folder, "edges", "in", "-o", "out");
    expect((await readdir(join(folder, "out/inner"))).sort()).toEqual(names);
    expect(await json(folder, "edges", "in/inner/[1].png", "-o", "1.png")).toHaveLength(1);
  });

  test("one that is named twice is drawn once, and endings tell apart what has one name", async () => {
    expect(await json(cwd, "edges", "photos/cat.png", "./photos/cat.png", "-o", "once")).toHaveLength(1);
    await writeFile(join(cwd, "cat.jpg"), await encodeImage(await picture("photos/cat.png"), { format: "jpeg" }));
    const lines = await json(cwd, "edges", "photos/cat.png", "cat.jpg", "-o", "apart");
    expect(lines.map(({ output }) => output)).toEqual([join("apart", "cat.png.png"), join("apart", "cat.jpg.png")]);
  });

  test("one that leads nowhere is told and left out", async () => {
    await symlink("nowhere.png", join(cwd, "other/dangling.png"));
    const finished = await striate(cwd, "edges", "other", "-o", "dangled");
    await rm(join(cwd, "other/dangling.png"));
    expect(finished.code).toBe(1);
    expect(finished.stderr).toContain("1 of 2 pictures could not be read; 1 are done");
    expect(finished.stderr).toContain("dangling.png: there is no such file");
  });

  test("a bad one is told and left out", async () => {
    await writeFile(join(cwd, "bad.jpg"), "no picture");
    const finished = await striate(cwd, "edges", "bad.jpg", "photos", "-o", "partly", "--json");
    expect(finished.code).toBe(1);
    const lines = jsonLines(finished);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toEqual({ error: { code: "data", message: "1 of 3 pictures could not be read; 2 are done" } });
    expect(finished.stderr).toContain("bad.jpg: is no picture that can be read");
  });
});

describe.concurrent("used wrongly", () => {
  const colour = "photos/cat.png";
  test.each([
    [["photos"], "say by -o FOLDER where the edges of 2 pictures go"],
    [["-o", "a.png"], "missing required argument 'in'"],
    [[colour, "-o", colour], "would be written over a file that is read"],
    [[colour, "-o", "photos/more/../cat.png"], "would be written over a file that is read"],
    [[colour, "-o", "a.bmp"], "pictures are written as .png, .jpeg"],
    [["photos", "-o", "-"], "--out - takes one picture, and there are 2"],
    [["photos", "-o", "a.png"], "--out a.png is a file, and there are 2 pictures"],
    [[colour, "other/cat.png", "-o", "both"], "would both be written to"],
    [[colour, "-o", "a.png", "--operator", "canney"], "--operator takes one of sobel, scharr"],
    [[colour, "-o", "a.png", "--gx", "--grid"], "give one of --gx, --grid"],
    [[colour, "-o", "a.png", "--operator", "canny", "--gy"], "--gy has no use here: only sobel, scharr"],
    [[colour, "-o", "a.png", "--low", "3"], "--low has no use here"],
    [[colour, "-o", "a.png", "--seed", "3"], "--seed has no use here: it needs --noise"],
    [[colour, "-o", "a.png", "--kernel", "diagonal.json", "--operator", "sobel"], "--kernel takes its place"],
    [[colour, "-o", "a.png", "--blur", "0"], "--blur takes a number greater than 0"],
  ])("%j", async (args, words) => {
    await failure(2, words, cwd, "edges", ...args);
  });

  test.each([
    ["none.json", "cannot be read"],
    ["photos/notes.txt", "is not JSON"],
    ["words.json", "holds no kernel; expected rows of numbers"],
    ["uneven.json", "uneven.json: the rows of a kernel have one length; these have 1, 2"],
  ])("kernel %s", async (file, words) => {
    await writeFile(join(cwd, "words.json"), `{"rows": 3}`);
    await writeFile(join(cwd, "uneven.json"), "[[1], [2, 3]]");
    expectFailure(await striate(cwd, "edges", colour, "-o", "a.png", "--kernel", file), 1, words);
  });

  test("a file where the folder for the result should be", async () => {
    await failure(1, "photos/notes.txt: a file is there", cwd, "edges", colour, "-o", "photos/notes.txt/a.png");
  });

  test("inputs that are not there", async () => {
    await failure(1, "none.png: there is no such file", cwd, "edges", "none.png", "-o", "a.png");
    await failure(1, "photos/*.gif: there are no pictures in it", cwd, "edges", "photos/*.gif", "-o", "a.png");
  });
});
