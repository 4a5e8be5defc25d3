// The tests run on the built files in dist/, loaded by Node itself, as a user of the package gets them; or on src/ as it
// stands, which needs no build, where STRIATE_TEST_SOURCE is "src" (`npm test -- --quick`).
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The projects, which `npm test -- --project NAME` picks, and where their test files are. */
const PROJECTS = {
  quick: "tests/quick/**",
  goldens: "tests/goldens/**",
  hostile: "tests/hostile/**",
  cli: "tests/cli/**",
  browser: "tests/browser/**",
  package: "tests",
};

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const onSource = process.env.STRIATE_TEST_SOURCE === "src";
const source = {
  resolve: { alias: [{ find: /^#striate\/(.*)$/, replacement: path("src/$1.ts") }] },
  test: { execArgv: ["--enable-source-maps", "--import", new URL("scripts/source/register.mjs", import.meta.url).href] },
};

export default defineConfig({
  ...(onSource && { resolve: source.resolve }),
  test: {
    projects: Object.entries(PROJECTS).map(([name, folder]) => ({
      extends: true as const,
      test: { name, include: [`${folder}/*.test.ts`], isolate: name !== "quick" },
    })),
    environment: "node",
    pool: "forks",
    watch: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/dist\//, /\/striate\/src\//, /\/src\//] } },
    execArgv: onSource ? source.test.execArgv : ["--enable-source-maps"],
  },
});
