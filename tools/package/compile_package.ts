/**
 * Follows the imports from the doors of the package and compiles every module that it meets.
 *
 * @module
 */
import { dirname, join } from "node:path/posix";
import { declarationsOf, javaScriptOf } from "./compile_module.ts";
import { moduleNames, renameModules } from "./module_names.ts";
import { type Project, type RegistryModule, registryModule } from "./project.ts";

/** The modules of a package. */
export interface CompiledPackage {
  /** Path → text: JavaScript, declarations and JSON. */
  readonly files: ReadonlyMap<string, string>;
  /** Name → the package, of all that are imported. */
  readonly imported: ReadonlyMap<string, RegistryModule>;
}

/** Reads a file by its path from the project's folder. */
export type ReadFile = (path: string) => Promise<string>;

/**
 * Compiles the modules in `entries`, paths from the project's folder, and all that they import.
 * Throws one error with all that TypeScript does not accept.
 */
export async function compilePackage(
  entries: readonly string[],
  imports: Project["imports"],
  read: ReadFile,
): Promise<CompiledPackage> {
  const files = new Map<string, string>();
  const imported = new Map<string, RegistryModule>();
  const problems: string[] = [];
  const renamed = (name: string): string => {
    if (isRelative(name)) return name.replace(/\.ts$/, ".js");
    const found = registryModule(name, imports);
    if (found) imported.set(found.name, found);
    return found?.specifier ?? name;
  };
  const kinds = [
    { ending: ".js", compile: javaScriptOf },
    { ending: ".d.ts", compile: declarationsOf },
  ];
  for (const { ending, compile } of kinds) {
    // Types lead to other modules than code does, and each kind has its own walk.
    const open = [...entries];
    const seen = new Set(open);
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (!path.endsWith(".ts")) {
        files.set(path, await read(path));
        continue;
      }
      const compiled = compile(await read(path), path);
      problems.push(...compiled.problems);
      for (const { name } of moduleNames(compiled.code, path)) {
        if (!isRelative(name)) continue;
        const target = join(dirname(path), name);
        if (!seen.has(target)) open.push(target);
        seen.add(target);
      }
      files.set(
        path.replace(/\.ts$/, ending),
        renameModules(compiled.code, path, renamed),
      );
    }
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { files, imported };
}

const isRelative = (name: string) => /^\.\.?\//.test(name);
