/**
 * The names of other modules in TypeScript, JavaScript and declarations: what is imported, exported
 * from, or opened beside the file as a worker or a process.
 *
 * @module
 */
import ts from "typescript";

/** A name of a module, with the place of its literal in the code, quotes included. */
export interface ModuleName {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** All of them, in the order of the code. */
export function moduleNames(code: string, file: string): ModuleName[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.ESNext);
  const found: ModuleName[] = [];
  const visit = (node: ts.Node): void => {
    const literal = nameIn(node);
    if (literal && ts.isStringLiteral(literal)) {
      found.push({ name: literal.text, start: literal.getStart(source), end: literal.end });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The code with other names; `rename` gives the new one. */
export function renameModules(
  code: string,
  file: string,
  rename: (name: string) => string,
): string {
  // From the last on, so that the places of those before it stay.
  return moduleNames(code, file).reverse().reduce(
    (text, { name, start, end }) =>
      text.slice(0, start) + JSON.stringify(rename(name)) + text.slice(end),
    code,
  );
}

function nameIn(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return node.arguments[0];
  }
  return isModuleAddress(node) ? node.arguments![0] : undefined;
}

/** `new URL("./worker.ts", import.meta.url)` */
function isModuleAddress(node: ts.Node): node is ts.NewExpression {
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression)) return false;
  const [path, base] = node.arguments ?? [];
  return node.expression.text === "URL" && base !== undefined && ts.isStringLiteral(path) &&
    path.text.endsWith(".ts") && ts.isPropertyAccessExpression(base) &&
    ts.isMetaProperty(base.expression);
}
