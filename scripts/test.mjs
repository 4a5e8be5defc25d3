// `npm test`: sets up what is missing, then runs every check and every test, and reports all that failed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install, root, setUp, tool } from "./setup.mjs";

const HELP = `npm test                         every check (Biome, tsc, knip, publint) and every test
npm test -- --quick              the quick tests alone, on src/ as it stands: no build, under a minute
npm test -- fit layers           the test files with one of these words in their paths, on the built files
npm test -- --quick fit          these of the quick ones
npm test -- --project cli        a project: quick, goldens, hostile, cli, browser or package
npm test -- -t "softmax"         the tests with these words in their names
Other options are vitest's: https://vitest.dev/guide/cli`;

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) {
  console.log(HELP);
  process.exit();
}
const quick = args.includes("--quick");
const rest = args.filter((arg) => arg !== "--quick");
if (quick) install();
else setUp();

const folder = mkdtempSync(join(tmpdir(), "striate-test-"));
const reportFile = join(folder, "report.json");
const checks = [
  ["biome", tool("@biomejs/biome", "biome"), "check", "--error-on-warnings", "."],
  ["tsc", tool("typescript", "tsc"), "-p", "tests/tsconfig.json"],
  ["knip", tool("knip")],
  ["publint", tool("publint"), "--strict"],
];
const reporters = ["--reporter=default", "--reporter=./scripts/report.mjs"];
const tests = ["vitest", tool("vitest"), "run", ...reporters, ...(quick ? ["--project", "quick"] : []), ...rest];

const steps = [...(args.length > 0 ? [] : checks), tests].map(run);
const report = readReport();
rmSync(folder, { recursive: true, force: true });

for (const { test, reason } of report.skipped) console.log(`skipped: ${test} (${reason})`);
for (const { file, seconds } of report.slowest) console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
for (const { name, status, seconds } of steps) {
  console.log(`${status === 0 ? "ok    " : "FAILED"}  ${name.padEnd(8)} ${seconds.toFixed(1)} s`);
}
const failedChecks = steps.filter(({ name, status }) => name !== "vitest" && status !== 0).length;
const counts = `${report.passed} passed, ${report.failed + failedChecks} failed, ${report.skipped.length} skipped`;
if (process.env.STRIATE_TEST_COUNTS) writeFileSync(process.env.STRIATE_TEST_COUNTS, `${counts}\n`);
else console.log(counts);
process.exitCode = steps.find(({ status }) => status !== 0)?.status ?? 0;

function run([name, file, ...rest]) {
  console.log(`\n== ${name}`);
  const begin = performance.now();
  const source = quick && { STRIATE_TEST_SOURCE: "src" };
  const { status } = spawnSync(process.execPath, [file, ...rest], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...source, STRIATE_TEST_REPORT: reportFile },
  });
  return { name, status: status ?? 1, seconds: (performance.now() - begin) / 1000 };
}

/** What vitest counted; a run that failed with no test to blame counts as one failure. */
function readReport() {
  const empty = { passed: 0, failed: 0, skipped: [], slowest: [] };
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, "utf8")) : empty;
  const succeeded = steps.at(-1).status === 0;
  return succeeded ? report : { ...report, failed: Math.max(1, report.failed) };
}
