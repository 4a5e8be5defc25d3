import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Tensors } from "#striate/engine/index";
import { type Graph, GraphBuilder, type Op, type Reals, type Sample, type Value } from "#striate/graph/index";
import { add, interpret, OPS, sampleGraph } from "#striate/ops/index";
import { fromNumbers, toNumbers } from "#striate/tensor/index";
import { closeTo } from "./close.ts";

/** A sample of an op. */
export interface Case {
  readonly name: string;
  readonly op: Op;
  readonly sample: Sample;
  /** The one output that the graph has; without it, all of them. */
  readonly only?: number;
}

/** Every sample of every op. */
export const CASES: readonly Case[] = Object.values(OPS).flatMap((op) =>
  op.samples.map((sample) => ({ name: `${op.name}/${sample.name}`, op, sample })),
);

/** Each output of the ops that have several, where nothing uses the others. */
const ALONE: readonly Case[] = CASES.flatMap((item) => {
  const { outputs } = sampleGraph(item.op, item.sample);
  return outputs.length < 2 ? [] : outputs.map((_, only) => ({ ...item, name: `${item.name}, output ${only}`, only }));
});

/** A sample as a graph, and what to feed it. */
export function sampled({ op, sample, only }: Case) {
  const { g, outputs, feeds } = sampleGraph(op, sample);
  for (const [i, output] of outputs.entries()) if (only === undefined || i === only) g.output(`y${i}`, output);
  return { graph: g.build(), feeds };
}

/** What a graph's outputs are, by the reference kernels. */
export function meaning(graph: Graph, feeds: ReadonlyMap<Value, Reals>): Map<string, Float64Array> {
  const results = interpret(graph, feeds);
  return new Map(
    Object.entries(graph.outputs).map(([name, value]) => [name, results.get(value)?.data ?? new Float64Array()]),
  );
}

/** What an engine computes with, and what it cannot. */
export interface Conformance {
  /** Starts the engine to be tested; it is closed after the tests. */
  readonly start: () => Promise<Engine>;
  /** By the name of a sample, why the engine cannot compute it: printed with the result. Default: it computes all. */
  readonly skips?: Readonly<Record<string, string>> | undefined;
  /** The largest difference, relative to the largest number of a tensor, or to 1 where that is less. Default 2e-6. */
  readonly tolerance?: number;
}

/** The tests of an engine's numbers: every sample of every op, and each output of those with several. */
export function describeNumbers(title: string, { start, skips = {}, tolerance = 2e-6 }: Conformance): void {
  describe(`${title} gives the reference's numbers`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.close());

    test("no sample is skipped that there is not", () => {
      const names = new Set([...CASES, ...ALONE].map(({ name }) => name));
      expect(Object.keys(skips).filter((name) => !names.has(name))).toEqual([]);
    });

    test.for([...CASES, ...ALONE])("$name", async (item, { skip }) => {
      const reason = skips[item.name];
      if (reason) skip(reason);
      const { graph, feeds } = sampled(item);
      const executable = await engine.compile(graph);
      const given = [...feeds].map(([value, { shape, data }]) => [value.name, fromNumbers(value.dtype, shape, data)]);
      const results = await executable.run(Object.fromEntries(given));
      await executable.close();
      for (const [output, data] of meaning(graph, feeds)) {
        closeTo(toNumbers(results[output] ?? fromNumbers("float32", [0], [])), data, tolerance, output);
      }
    });
  });
}

/** total += x, and then another graph's doubling of the same state. */
function totals() {
  const g = new GraphBuilder("total");
  const [x, total] = [g.input("x", "float32", []), g.state("total", "float32", [])];
  const next = g.op(add, [total, x]);
  g.update(total, next);
  g.output("sum", next);
  return g.build();
}

function doubling() {
  const g = new GraphBuilder("doubling");
  const total = g.state("total", "float32", []);
  const next = g.op(add, [total, total]);
  g.update(total, next);
  g.output("sum", next);
  return g.build();
}

/** The tests of an engine's order: calls are answered as they come, those of executables that share states too. */
export function describeOrder(title: string, start: () => Promise<Engine>): void {
  describe(`${title} answers in order`, () => {
    const scalar = (x: number) => fromNumbers("float32", [], [x]);
    const totalOf = async (results: Promise<Tensors>) => Number(Object.values(await results)[0]?.data[0]);
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.close());

    test("runs, writes and reads whose answers nobody waited for", async () => {
      const executable = await engine.compile(totals());
      const written = executable.writeState({ total: scalar(0) });
      const answers = [
        ...[1, 2, 3].map((x) => executable.run({ x: scalar(x) })),
        executable.readState(),
        executable.writeState({ total: scalar(100) }).then(() => ({ sum: scalar(100) })),
        executable.run({ x: scalar(4) }),
        executable.readState(),
      ];
      expect(await Promise.all(answers.map(totalOf))).toEqual([1, 3, 6, 6, 100, 104, 104]);
      await written;
      await executable.close();
    });

    test("calls to executables that share states", async () => {
      const first = await engine.compile(totals());
      const second = await engine.compile(doubling(), { sharing: first });
      const third = await engine.compile(totals(), { sharing: second });
      await first.writeState({ total: scalar(1) });
      const answers = [
        first.run({ x: scalar(1) }),
        second.run({}),
        third.run({ x: scalar(3) }),
        second.run({}),
        first.readState(),
      ];
      expect(await Promise.all(answers.map(totalOf))).toEqual([2, 4, 7, 14, 14]);
      for (const executable of [first, second, third]) await executable.close();
    });

    test("those behind one that fails too", async () => {
      const executable = await engine.compile(totals());
      await executable.writeState({ total: scalar(0) });
      const refused = executable.run({}).then(
        () => 0,
        () => Number.NaN,
      );
      const runs = [executable.run({ x: scalar(1) }), executable.run({ x: scalar(2) })];
      expect(await refused).toBeNaN();
      expect(await Promise.all(runs.map(totalOf))).toEqual([1, 3]);
      await executable.close();
    });
  });
}
