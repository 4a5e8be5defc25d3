// What the entries of the package export, by TypeScript's own reading of their sources.
import { readFileSync } from "node:fs";
import ts from "typescript";

/** One name that an entry exports. */
export interface PublicName {
  readonly name: string;
  readonly documentation: string;
  /** The types of ours that its declaration names. */
  readonly references: readonly ts.Symbol[];
  readonly symbol: ts.Symbol;
}

/** The names of each entry, by the entry's key in package.json's `exports`; read from its declarations in `dist/`. */
export function publicApi(): ReadonlyMap<string, readonly PublicName[]> {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, { types: string }>;
  };
  const files = Object.entries(exports).map(([entry, { types }]) => [entry, types] as const);
  const program = ts.createProgram(
    files.map(([, types]) => types),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, noEmit: true, types: [] },
  );
  const checker = program.getTypeChecker();
  return new Map(
    files.map(([entry, types]) => {
      const file = program.getSourceFile(types);
      const module = file && checker.getSymbolAtLocation(file);
      const names = module ? checker.getExportsOfModule(module) : [];
      return [entry, names.map((exported) => publicName(exported, checker))];
    }),
  );
}

function publicName(exported: ts.Symbol, checker: ts.TypeChecker): PublicName {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  return {
    name: exported.name,
    documentation: [
      ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      ...symbol.getJsDocTags(checker).map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`),
    ].join(""),
    references: (symbol.declarations ?? []).flatMap((declaration) => referencesOf(declaration, checker)),
    symbol,
  };
}

/** The types that a declaration names, but for its private members. */
function referencesOf(declaration: ts.Declaration, checker: ts.TypeChecker): ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const symbol = checker.getSymbolAtLocation(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (target && isOurs(target)) found.push(target);
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
}

function isOurs({ flags, declarations = [] }: ts.Symbol): boolean {
  if (flags & ts.SymbolFlags.TypeParameter) return false;
  return declarations.some((declaration) => {
    const { fileName } = declaration.getSourceFile();
    return fileName.includes("/dist/") && !fileName.includes("/node_modules/");
  });
}
