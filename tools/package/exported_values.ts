/**
 * The values that a JavaScript module exports.
 *
 * @module
 */
import { dirname, join } from "node:path/posix";
import ts from "typescript";

/** Their names, those of `export *` included; `files` has the modules by their paths. */
export function exportedValues(path: string, files: ReadonlyMap<string, string>): string[] {
  const source = ts.createSourceFile(path, files.get(path)!, ts.ScriptTarget.ESNext);
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return passedOn(statement, path, files);
    const isExported = ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText(source));
    }
    const { name } = statement as ts.FunctionDeclaration | ts.ClassDeclaration;
    return name ? [name.text] : [];
  });
}

function passedOn(
  { exportClause, moduleSpecifier }: ts.ExportDeclaration,
  path: string,
  files: ReadonlyMap<string, string>,
): string[] {
  if (exportClause) {
    return ts.isNamespaceExport(exportClause)
      ? [exportClause.name.text]
      : exportClause.elements.map(({ name }) => name.text);
  }
  const { text } = moduleSpecifier as ts.StringLiteral;
  return exportedValues(join(dirname(path), text), files);
}
