// Which room of src/ may import which, and the imports that break this order.
import { dirname, join } from "node:path/posix";
import ts from "typescript";

/** The way of an image through the program: a room may import only rooms to its left in these two chains. */
const chains = [
  "checks platform files tensor graph ops onnx autodiff engine layers model formats training zoo transfer explain report cli".split(
    " ",
  ),
  "checks platform files tensor simd image data training".split(" "),
];

/**
 * Every import that breaks the order of the rooms, as a sentence that names both files.
 * `sources` maps a path from the repository's root, such as "src/ops/conv.ts", to its text. Two files stand outside
 * the rooms: src/errors.ts, which all may import and which imports nothing, and the entries in src/entries/, the other
 * way around.
 */
export function roomViolations(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(file, text).flatMap((specifier) => {
      const target = specifier.startsWith(".") ? join(dirname(file), specifier) : specifier;
      const rule = brokenRule(file, target, specifier.startsWith("."));
      return rule === undefined ? [] : [`${file} imports ${target}: ${rule}`];
    }),
  );
}

/** The specifiers of every import in a file: static, dynamic, type-only, and re-exports. */
export function importsOf(file: string, text: string): string[] {
  const specifiers: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) specifiers.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return specifiers;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isDynamic ? node.arguments[0] : undefined;
}

/** Entries of package.json's `imports` that are a file of Node's or of browsers, and the room of both. */
const PLATFORM_ENTRIES: Readonly<Record<string, string>> = {
  "#platform": "src/platform/node/index.ts",
  "#engines": "src/engine/enginesNode.ts",
  "#image-codec": "src/image/codecNode.ts",
};

function brokenRule(file: string, target: string, isRelative: boolean): string | undefined {
  if (file === "src/errors.ts") return "errors.ts imports nothing";
  const platformEntry = PLATFORM_ENTRIES[target];
  if (platformEntry !== undefined) return brokenRule(file, platformEntry, true);
  if (!isRelative) return /^#?striate(\/|$)/.test(target) ? "inside src/ an import is a relative path" : undefined;
  if (!target.startsWith("src/")) return "a file of src/ imports only packages and files of src/";
  if (isEntry(target)) return "an entry imports the rooms, and no file of src/ imports it";
  if (isEntry(file) || target === "src/errors.ts") return undefined;
  const [from, to] = [roomOf(file), roomOf(target)];
  const unknown = [from, to].find((room) => !chains.flat().includes(room));
  if (unknown !== undefined) return `"${unknown}" is not a room of tests/support/rooms.ts`;
  return from === to || leftOf(from).has(to) ? undefined : `"${to}" is not to the left of "${from}"`;
}

function isEntry(file: string): boolean {
  return file.startsWith("src/entries/");
}

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}

/** The rooms that a room may import: in each chain the one before it, with all that this one may import. */
function leftOf(room: string): Set<string> {
  const before = chains.flatMap((chain) => chain[chain.indexOf(room) - 1] ?? []);
  return new Set(before.flatMap((other) => [other, ...leftOf(other)]));
}
