/**
 * `package.json` of the package.
 *
 * @module
 */
import type { Dependencies } from "./dependencies.ts";
import type { Project } from "./project.ts";

/** The oldest Deno that the tests run on. */
const oldestDeno = "2.9.6";

/** Doors that are commands as well: `deno run npm:@tunebook/tunebook/finetune`. */
const commands: readonly string[] = ["finetune"];

/** Modules that no module imports, because another process runs them: name → path. */
export const programs: Readonly<Record<string, string>> = {
  apart: "lib/pipeline/compare/apart.ts",
};

/** `./datasets/mod.ts` → `./datasets/mod.js` */
const withEnding = (path: string, ending: string) => path.replace(/\.ts$/, ending);

/** The file that stands in a door's place where there is no Deno. */
export function withoutDeno(path: string): string {
  return withEnding(path, ".without_deno.js");
}

/** The doors' paths without `./`, those of commands alone with `commandsOnly`. */
export function doorsOf({ exports }: Project, { commandsOnly = false } = {}): string[] {
  return Object.entries(exports)
    .filter(([door]) => !commandsOnly || commands.includes(door.slice(2)))
    .map(([, path]) => path.slice(2));
}

/** The manifest as a value that `JSON.stringify` takes. */
export function manifestOf(
  { name, version, license, exports }: Project,
  { needed, optional }: Dependencies,
): Readonly<Record<string, unknown>> {
  return {
    name,
    version,
    description: "Fine-tune pretrained models in TypeScript, on Deno",
    keywords: ["fine-tuning", "lora", "deno", "machine-learning", "transformers", "onnx", "peft"],
    license,
    type: "module",
    engines: { deno: `>=${oldestDeno}` },
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([door, path]) => [door, {
          types: withEnding(path, ".d.ts"),
          deno: withEnding(path, ".js"),
          default: withoutDeno(path),
        }]),
      ),
      ...Object.fromEntries(
        Object.entries(programs).map(([name, path]) => [`./${name}`, {
          deno: `./${withEnding(path, ".js")}`,
        }]),
      ),
      "./package.json": "./package.json",
    },
    bin: Object.fromEntries(
      commands.map((each) => [each, withEnding(exports[`./${each}`], ".js")]),
    ),
    dependencies: needed,
    peerDependencies: optional,
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(optional).map((each) => [each, { optional: true }]),
    ),
  };
}
