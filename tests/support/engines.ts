import {
  type Availability,
  availability,
  checkEngineName,
  ENGINE_NAMES,
  type Engine,
  type EngineName,
  selectEngine,
} from "#striate/engine/index";

/** What the tests run on: the engines that are there, and those that are not, each with the reason. */
export interface TestEngines {
  readonly available: readonly EngineName[];
  readonly missing: readonly { readonly name: EngineName; readonly reason: string }[];
}

/**
 * Looks for every engine.
 * @param required names with commas between them; one that is missing fails the run, where others are skipped
 * @throws Error that names each required engine that is missing, and why
 */
export async function findEngines(
  required: string,
  probe: (name: EngineName) => Promise<Availability> = availability,
): Promise<TestEngines> {
  const wanted = required
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map(checkEngineName);
  const found = await Promise.all(ENGINE_NAMES.map(async (name) => ({ name, ...(await probe(name)) })));
  const missing = found.flatMap((engine) =>
    engine.available ? [] : [{ name: engine.name, reason: engine.reason ?? "it says no reason" }],
  );
  const broken = missing.filter(({ name }) => wanted.includes(name));
  if (broken.length > 0) {
    const reasons = broken.map(({ name, reason }) => `${name} (${reason})`).join(", ");
    throw new Error(`STRIATE_REQUIRE asks for engines that are missing: ${reasons}`);
  }
  return { available: found.flatMap(({ name, available }) => (available ? [name] : [])), missing };
}

/** The engines of this run. The environment variable STRIATE_REQUIRE names those that must be there. */
export const ENGINES = await findEngines(process.env.STRIATE_REQUIRE ?? "");

/** Starts an engine for many small graphs, on which more than one thread is only a loss: 3 times slower on 2 cores. */
export function startSmall(engine?: EngineName): Promise<Engine> {
  return selectEngine({ ...(engine !== undefined && { engine }), inline: true, threads: 1 });
}
