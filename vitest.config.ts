// The tests run on the built files in dist/, loaded by Node itself, as a user of the package gets them.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    pool: "forks",
    watch: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/dist\//] } },
    execArgv: ["--enable-source-maps"],
  },
});
