import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { type PublicName, publicApi } from "./support/publicApi.ts";

/** The names of each entry, by what they are for. A name that comes or goes is a change of the public interface. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL("entries.json", import.meta.url), "utf8"),
);

/** Types that public declarations name and that nobody needs by name. */
const PRIVATE: readonly string[] = [
  "Callable", // the base class of Model, which makes instances callable
  // Of training.
  ...[
    "CommonOptions",
    "Metrics",
    "Slot",
    "StepValues",
    "UpdateRule",
    "ThresholdOptions",
    "WarmUpOptions",
    "GraphOptions",
  ],
];

let api: ReadonlyMap<string, readonly PublicName[]>;
beforeAll(() => {
  api = publicApi();
});

test("each entry exports what is listed, and nothing else", () => {
  const exported = Object.fromEntries([...api].map(([entry, names]) => [entry, names.map(({ name }) => name).sort()]));
  const listed = Object.entries(NAMES).map(([entry, groups]) => [
    entry,
    Object.values(groups)
      .flatMap((names) => names.split(" "))
      .sort(),
  ]);
  expect(exported).toEqual(Object.fromEntries(listed));
});

test("every name has its sentence", () => {
  const silent = [...api].flatMap(([entry, names]) =>
    names.filter(({ documentation }) => documentation === "").map(({ name }) => `${entry} ${name}`),
  );
  expect(silent).toEqual([]);
});

test("the types that public declarations name are public too", () => {
  const known = new Set([...api.values()].flatMap((names) => names.map(({ symbol }) => symbol)));
  const missing = [...api].flatMap(([entry, names]) =>
    names.flatMap(({ name, references }) =>
      references
        .filter((type) => !known.has(type) && !PRIVATE.includes(type.name))
        .map((type) => `${entry} ${name}: ${type.name}`),
    ),
  );
  expect([...new Set(missing)]).toEqual([]);
});
