// A folder as a user has it: the packed Striate installed in node_modules, some photos beside it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeNpz } from "#striate/formats/numpy/npz";
import { encodeImage } from "#striate/image/index";
import { tensor, uniform } from "#striate/tensor/index";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface User {
  /** An empty folder beside the package, with photos in it; what a project of the user's sees is there. */
  folder(): Promise<string>;
  /** What a line of shell prints, where `striate` is the installed command. @throws when it fails, with its output */
  run(folder: string, line: string): Promise<string>;
  remove(): void;
}

/** Installs what `npm pack` gives; the packages that it depends on are the checkout's. */
export function installedPackage(): User {
  const home = mkdtempSync(join(tmpdir(), "striate-user-"));
  const packed = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", home], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const modules = join(home, "node_modules");
  const bin = join(modules, ".bin");
  mkdirSync(join(modules, "striate"), { recursive: true });
  mkdirSync(bin);
  execFileSync("tar", ["-xzf", join(home, packed.trim()), "-C", join(modules, "striate"), "--strip-components=1"]);
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (!name.startsWith(".") && name !== "striate") {
      symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
    }
  }
  const command = join(modules, "striate/dist/cli/main.js");
  chmodSync(command, 0o755); // as npm does when it installs
  symlinkSync(command, join(bin, "striate"));

  let folders = 0;
  return {
    folder: async () => {
      const folder = join(home, `project-${++folders}`);
      await mkdir(folder);
      await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
      await writeUserFiles(folder);
      return folder;
    },
    run: async (folder, line) => {
      const { npm_lifecycle_event: _, ...env } = process.env;
      const path = `${bin}:${process.env.PATH}`;
      const child = spawn("sh", ["-ec", line], { cwd: folder, env: { ...env, PATH: path } });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk) => {
          output += chunk;
        });
      }
      const [code] = await once(child, "close");
      if (code !== 0) throw new Error(`${line} ended with ${code}:\n${output}`);
      return output;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Photos of two classes that differ in brightness, single ones, and examples for a net of 28x28x1. */
async function writeUserFiles(folder: string): Promise<void> {
  for (const [name, brightness] of [
    ["cat", 60],
    ["dog", 160],
  ] as const) {
    await mkdir(join(folder, "photos", name), { recursive: true });
    for (let i = 0; i < 15; i++) {
      const noise = uniform({ seed: i, stream: name, counter: 0 }, 80 * 96 * 3);
      const data = Uint8Array.from(noise, (x) => brightness + 80 * x);
      const picture = await encodeImage(tensor("uint8", [80, 96, 3], data), { format: "jpeg" });
      await writeFile(join(folder, "photos", name, `${i}.jpg`), picture);
    }
  }
  for (const name of ["cat.jpg", "holiday.jpg"]) await copyFile(join(folder, "photos/cat/0.jpg"), join(folder, name));
  const examples = tensor("float32", [2, 28, 28, 1], uniform({ seed: 1, stream: "examples", counter: 0 }, 2 * 28 * 28));
  await writeFile(join(folder, "in.npz"), await encodeNpz(new Map([["input", examples]])));
}
