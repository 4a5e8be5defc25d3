// The blocks of docs/keras1.md run, each alone, in a folder as a user has it; and the default data format that it names.
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeHdf5 } from "#striate/formats/hdf5/index";
import { kerasConfig } from "#striate/formats/keras/index";
import { keras3Parts } from "#striate/formats/keras/variablePaths";
import { conv2d, flatten, imageDataFormat, setImageDataFormat } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { LeNet, lenet, resnet18 } from "#striate/zoo/index";
import { installedPackage, type User } from "./support/userFolder.ts";

const page = await readFile(new URL("../docs/keras1.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
const golden = fileURLToPath(new URL("goldens/keras/keras1.h5", import.meta.url));

describe("docs/keras1.md", () => {
  let user: User;
  beforeAll(() => {
    user = installedPackage();
  }, 60_000);
  afterAll(() => user.remove());

  test("its examples run, each alone", async () => {
    for (const text of examples) {
      const folder = await user.folder();
      const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
      await writeFile(`${folder}/example.js`, ts.transpileModule(text, { compilerOptions: options }).outputText);
      await writeFile(`${folder}/lenet_weights.h5`, Buffer.concat(await encodeHdf5(keras3Parts(lenet({ seed: 1 })))));
      await copyFile(golden, `${folder}/keras1_model.h5`);
      await user.run(folder, `"${process.execPath}" example.js`);
    }
  }, 240_000);
});

describe("the default data format", () => {
  test("counts for the layers that are made then, and is written into files", async () => {
    setImageDataFormat("channelsFirst");
    try {
      const made = sequential({ inputShape: [1, 8, 8] }, [conv2d({ filters: 2, kernelSize: 3 }), flatten()]);
      expect(made.layers[0]?.outputShape).toEqual([2, 6, 6]);
      expect(JSON.stringify(kerasConfig(made))).not.toContain("channels_last");
      expect((await LeNet.build(20, 28, 1, 10)).inputShape).toEqual([1, 28, 20]);
      expect(resnet18({ inputShape: [32, 32, 3], classes: 2 }).outputShape).toEqual([2]);
    } finally {
      setImageDataFormat("channelsLast");
    }
    expect(imageDataFormat()).toBe("channelsLast");
    expect((await LeNet.build(20, 28, 1, 10)).inputShape).toEqual([28, 20, 1]);
  });

  test("is one of two", () => {
    expect(() => setImageDataFormat("th" as "channelsFirst")).toThrow("must be channelsLast, channelsFirst");
  });

  test("LeNet.build names what is no size", async () => {
    await expect(LeNet.build(28, 28, 0, 10)).rejects.toThrow("depth");
  });
});
