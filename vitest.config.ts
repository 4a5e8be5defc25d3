// The tests run on the built files in dist/, loaded by Node itself, as a user of the package gets them; or on src/ as it
// stands, which needs no build, where STRIATE_TEST_SOURCE is "src" (`npm test -- --quick`).
import { statSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import type { TestSpecification } from "vitest/node";

/** The projects, which `npm test -- --project NAME` picks, and where their test files are. */
const PROJECTS = {
  quick: "tests/quick/**",
  goldens: "tests/goldens/**",
  hostile: "tests/hostile/**",
  cli: "tests/cli/**",
  browser: "tests/browser/**",
  package: "tests",
};

/** The files that take longest, which begin first, so that no core is idle at the end; then the largest. */
const LONGEST = [
  "zoo",
  "readme",
  "photos",
  "kerasFiles",
  "errors",
  "onnxModel",
  "cli",
  "files",
  "resume",
  "edges",
  "training",
  "runFolder",
  "augment",
  "terminal",
];

class LongestFirst {
  async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }

  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const weight = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.indexOf(basename(moduleId, ".test.ts"));
      return place < 0 ? statSync(moduleId).size : Number.MAX_SAFE_INTEGER - place;
    };
    return [...files].sort((a, b) => weight(b) - weight(a));
  }
}

const onSource = process.env.STRIATE_TEST_SOURCE === "src";
const src = fileURLToPath(new URL("src/", import.meta.url));
/** For the processes that run the tests, and for those that tests start. */
const nodeOptions = onSource
  ? ["--enable-source-maps", "--import", new URL("scripts/source/register.mjs", import.meta.url).href]
  : ["--enable-source-maps"];

export default defineConfig({
  resolve: { alias: onSource ? [{ find: /^#striate\/(.*)$/, replacement: `${src}$1.ts` }] : [] },
  test: {
    projects: Object.entries(PROJECTS).map(([name, folder]) => ({
      extends: true as const,
      test: { name, include: [`${folder}/*.test.ts`] },
    })),
    environment: "node",
    pool: "forks",
    // All cores: by default one is left for a watcher, which of two leaves one.
    maxWorkers: "100%",
    watch: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/dist\//, new RegExp(`^${src}`)] } },
    execArgv: nodeOptions,
    env: onSource ? { NODE_OPTIONS: nodeOptions.join(" ") } : {},
    isolate: !onSource,
    sequence: { sequencer: LongestFirst },
  },
});
