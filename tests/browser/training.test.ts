// A net is trained in a real browser, from a bundle as a user makes it, on the reference engine.
import { beforeAll, describe, expect, test } from "vitest";
import { serveBrowser } from "../support/browserServer.ts";
import { bundle } from "../support/bundle.ts";
import { findChromium, withPage } from "../support/chromium.ts";
import { type TrainingReport, trainSmallNet } from "./smallTraining.ts";
import type { Trainings } from "./trainingPage.ts";

const MINUTE = 60_000;
const { program, missing } = findChromium();

test("Chromium is there", ({ skip }) => {
  skip(program === undefined, `${missing}: the browser's side was not run`);
  expect(program).toBeDefined();
});

describe.each(program === undefined ? [] : [program])("a small net trained in %s", (browser) => {
  let posted: Trainings;
  let node: TrainingReport;

  beforeAll(async () => {
    const { scripts } = await bundle({
      page: `import "./tests/browser/trainingPage.ts";`,
      worker: `import "striate/worker";`,
    });
    const server = await serveBrowser({ bundle: scripts, page: "/page.js" });
    try {
      const value = await withPage(browser, server.url, (ended) => Promise.race([server.posted, ended]), MINUTE);
      if (!isTrainings(value)) throw new Error(`the page failed: ${JSON.stringify(value)}`);
      posted = value;
    } finally {
      server.close();
    }
    node = await trainSmallNet(true);
  }, 2 * MINUTE);

  // To the last digit: V8's exp, log and pow are its own code, whatever the machine's library has.
  test.each(["inline", "worker"] as const)("%s has the history, weights and predictions that Node has", (place) => {
    expect(node.history).toHaveLength(3);
    expect(posted[place]).toEqual(JSON.parse(JSON.stringify(node)));
  });

  test("a worker whose program is not found says what to do", () => {
    expect(posted.lost).toContain("its program could not be loaded");
    expect(posted.lost).toContain("bundle striate/worker too, as a module, and say where it is by setWorkerUrl");
  });
});

function isTrainings(value: unknown): value is Trainings {
  return typeof value === "object" && value !== null && "inline" in value && "worker" in value;
}
