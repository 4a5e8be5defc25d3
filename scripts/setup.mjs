// Sets a checkout up: installs what package-lock.json names and compiles src/ to dist/, each only when it has to.
// Its words go to standard error: standard output belongs to the program that is started afterwards.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rememberSetup, root, statesOf } from "./upToDate.mjs";

export { root };

const SETTINGS = ["package.json", "package-lock.json", "tsconfig.json"];

/** Brings node_modules and dist up to date with the checkout; ends the process when that fails. */
export function setUp() {
  install();
  // Before the build: what changes meanwhile is found changed the next time.
  const inputs = [...SETTINGS, "node_modules/.package-lock.json", ...tree("src")];
  const states = statesOf(inputs);
  build();
  rememberSetup([...states, ...statesOf(tree("dist").filter((path) => statSync(join(root, path)).isDirectory()))]);
}

/** Brings node_modules up to date with the lockfile; ends the process when that fails. */
export function install() {
  if (Number.parseInt(process.versions.node, 10) < 20) {
    say(`Striate needs Node 20 or newer; this is Node ${process.versions.node}. Get a newer one at https://nodejs.org`);
    process.exit(1);
  }
  if (isInstalled()) return;
  say("installing the packages that package-lock.json names (npm ci)");
  execute("npm", ["ci", "--include=dev"], { shell: process.platform === "win32" });
}

/** The program `name` of an installed package, as a file that Node runs. */
export function tool(packageName, name = packageName) {
  const folder = join(root, "node_modules", packageName);
  return join(folder, readJson(join(folder, "package.json")).bin[name]);
}

/** True when node_modules holds what the lockfile asks for, by npm's own record of what it installed last. */
function isInstalled() {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const { dependencies, devDependencies } = readJson(join(root, "package.json"));
  const { "": self, ...wanted } = readJson(join(root, "package-lock.json")).packages;
  const installed = readJson(record).packages;
  return (
    sameJson([dependencies, devDependencies], [self.dependencies, self.devDependencies]) &&
    Object.entries(wanted).every(([path, { version, optional }]) =>
      path in installed ? installed[path].version === version : optional === true,
    )
  );
}

/** Compiles when a source has changed or an output is missing, and removes the outputs that have no source any more. */
function build() {
  const dist = join(root, "dist");
  const stampFile = join(dist, ".stamp");
  const sources = filesUnder(join(root, "src")).filter((path) => path.endsWith(".ts"));
  const settings = SETTINGS.map((name) => join(root, name));
  const stamp = digest([...settings, ...sources]);
  const outputs = sources
    .filter((path) => !path.endsWith(".d.ts") && !path.startsWith(join(root, "src/simd/assembly"))) // made to a module
    .map((path) => join(dist, relative(join(root, "src"), path).slice(0, -".ts".length)))
    .flatMap((path) => [".js", ".js.map", ".d.ts", ".d.ts.map"].map((ending) => path + ending));
  const orphans = filesUnder(dist).filter((path) => /\.(js|d\.ts)(\.map)?$/.test(path) && !outputs.includes(path));
  const whole = outputs.every((path) => existsSync(path));
  if (whole && orphans.length === 0 && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;

  say("building dist/ (tsc)");
  for (const path of [...orphans, stampFile]) rmSync(path, { force: true });
  if (!whole) rmSync(join(dist, ".tsbuildinfo"), { force: true }); // else tsc takes the missing outputs for written
  execute(process.execPath, [tool("typescript", "tsc"), "-p", root]);
  mkdirSync(dist, { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** Runs a command with its output on standard error; its failure is ours. */
function execute(command, args, options) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], ...options });
  if (error) say(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(1);
}

function digest(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(`${relative(root, path).split(sep).join("/")}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path).isFile()).sort();
}

/** A folder and all that is in it, by their paths from the root. */
function tree(folder) {
  return [folder, ...readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name))];
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

function sameJson(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

function say(text) {
  process.stderr.write(`striate: ${text}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
