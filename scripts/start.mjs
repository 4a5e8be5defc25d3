// `npm start -- ARGS`: sets up what is missing, then is the `striate` command; without ARGS it trains LeNet.
// The command runs in this very process, so that signals, standard input and the exit code are its own.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isUpToDate, root } from "./upToDate.mjs";

const given = process.argv.slice(2);
const args = given.length > 0 ? given : ["train", "--model", "lenet", "--data", "fashion-mnist"];

if (!isUpToDate()) {
  const { setUp } = await import("./setup.mjs");
  setUp();
}
// Reading the maps of all modules takes time, and nothing but a stack trace needs them.
if (args.includes("--debug")) process.setSourceMapsEnabled(true);
const main = join(root, "dist/cli/main.js");
process.argv = [process.execPath, main, ...args];
await import(pathToFileURL(main).href);
