// Bundles for a browser as a user makes them: esbuild, told nothing but where to begin.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

/** A bundle: its scripts by their paths below "/", and what esbuild says of it. */
export interface Bundle {
  readonly scripts: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  readonly metafile: Metafile;
}

/**
 * @param entries the text of each entry's module, by its name
 * @param splitting whether what is imported later is loaded later; else each entry becomes one script
 */
export async function bundle(entries: Readonly<Record<string, string>>, splitting = true): Promise<Bundle> {
  const root = process.cwd();
  const result = await build({
    entryPoints: Object.keys(entries),
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: root,
    logLevel: "silent",
    ...(splitting && { splitting, format: "esm" }),
    plugins: [
      {
        name: "entries",
        setup(building) {
          building.onResolve({ filter: /.*/ }, ({ kind, path }) =>
            kind === "entry-point" ? { path, namespace: "entries" } : undefined,
          );
          // The package says of itself that nothing but its entries does anything when it is imported.
          building.onResolve({ filter: /^\.\/tests\// }, ({ path }) => ({ path: join(root, path), sideEffects: true }));
          building.onLoad({ filter: /.*/, namespace: "entries" }, ({ path }) => ({
            contents: entries[path] ?? "",
            resolveDir: root,
            loader: "ts",
          }));
        },
      },
    ],
  });
  return {
    scripts: new Map(result.outputFiles.map(({ path, text }) => [path.slice(root.length).replaceAll("\\", "/"), text])),
    warnings: result.warnings.map(({ text }) => text),
    metafile: result.metafile,
  };
}

/** What the browser loads before the entry runs: its scripts, and the files that are in them. */
export function loadedAtOnce({ metafile: { outputs } }: Bundle, entry: string): Loaded {
  const scripts = new Set<string>();
  const visit = (path: string) => {
    const output = outputs[path];
    if (!output || scripts.has(path)) return;
    scripts.add(path);
    for (const { kind, path: next } of output.imports) if (kind === "import-statement") visit(next);
  };
  visit(`${entry}.js`);
  const files = [...scripts].flatMap((path) =>
    Object.entries(outputs[path]?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? file : [])),
  );
  return { scripts: [...scripts].map((path) => `/${path}`), packages: packagesOf(files) };
}

export interface Loaded {
  readonly scripts: readonly string[];
  readonly packages: readonly string[];
}

/** The packages that files belong to, by name. */
export function packagesOf(files: Iterable<string>): readonly string[] {
  const names = [...files].flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** Bytes of scripts, as they are and as servers send them. */
export function sizeOf({ scripts }: Bundle, paths: readonly string[]): { readonly raw: number; readonly gzip: number } {
  const texts = paths.map((path) => Buffer.from(scripts.get(path) ?? ""));
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  return {
    raw: sum(texts.map(({ length }) => length)),
    gzip: sum(texts.map((text) => gzipSync(text, { level: 9 }).length)),
  };
}
