// The tests run on the built files in dist/, loaded by Node itself, as a user of the package gets them.
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

export default defineConfig({
  test: {
    projects: Object.entries(PROJECTS).map(([name, folder]) => ({
      extends: true as const,
      test: { name, include: [`${folder}/*.test.ts`] },
    })),
    environment: "node",
    pool: "forks",
    watch: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/dist\//] } },
    execArgv: ["--enable-source-maps"],
  },
});
