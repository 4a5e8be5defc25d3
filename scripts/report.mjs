// A vitest reporter that writes the counts of a run, the slowest files, and each skipped test with its reason (which
// vitest's own JSON report leaves out) to the file that STRIATE_TEST_REPORT names.
import { writeFileSync } from "node:fs";

export default class {
  onTestRunEnd(files, unhandledErrors) {
    const tests = files.flatMap((file) => [...file.children.allTests()]);
    const skipped = tests.filter((test) => ["skipped", "pending"].includes(test.result().state));
    const failed = tests.filter((test) => test.result().state === "failed");
    // A file that did not load, and a suite whose hooks failed, are failures beside those of the tests.
    const suites = files.flatMap((file) => [file, ...file.children.allSuites()]);
    const broken = suites.filter((suite) => suite.errors().length > 0);
    const report = {
      passed: tests.filter((test) => test.result().state === "passed").length,
      failed: failed.length + broken.length + unhandledErrors.length,
      slowest: files
        .map(timeOf)
        .sort((a, b) => b.seconds - a.seconds)
        .slice(0, 10),
      skipped: skipped.map((test) => ({ test: test.fullName, reason: reasonOf(test) })),
    };
    writeFileSync(process.env.STRIATE_TEST_REPORT, JSON.stringify(report));
  }
}

function timeOf(file) {
  const { setupDuration, collectDuration, duration } = file.diagnostic();
  return { file: file.relativeModuleId, seconds: (setupDuration + collectDuration + duration) / 1000 };
}

function reasonOf(test) {
  return test.result().note ?? (test.options.mode === "todo" ? "to be written" : "no reason given");
}
