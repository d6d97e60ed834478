/**
 * Makes JavaScript and declarations of one module, without looking at any other.
 *
 * @module
 */
import ts from "typescript";

/** What came of it, and what TypeScript had to say. */
export interface CompiledModule {
  readonly code: string;
  /** Sentences with file and line; empty where all is well. */
  readonly problems: readonly string[];
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  isolatedModules: true,
  noCheck: true,
};

/** The JavaScript of a module. Comments stay in the declarations alone. */
export function javaScriptOf(code: string, file: string): CompiledModule {
  const { outputText, diagnostics } = ts.transpileModule(code, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { ...options, removeComments: true },
  });
  return { code: outputText, problems: told(diagnostics, file) };
}

/**
 * Members whose names are symbols: they are left out of the declarations. These are the methods that a
 * notebook and the console call.
 */
const symbolMember = 9038;

/** The declarations of a module; an export whose type is not written down is a problem. */
export function declarationsOf(code: string, file: string): CompiledModule {
  const { outputText, diagnostics } = ts.transpileDeclaration(code, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { ...options, declaration: true, isolatedDeclarations: true },
  });
  const wrong = diagnostics?.filter(({ code }) => code !== symbolMember);
  return { code: outputText, problems: told(wrong, file) };
}

function told(diagnostics: readonly ts.Diagnostic[] | undefined, path: string): string[] {
  return (diagnostics ?? []).map(({ file, start, messageText }) => {
    const line = file && start !== undefined
      ? `:${file.getLineAndCharacterOfPosition(start).line + 1}`
      : "";
    return `${path}${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}
