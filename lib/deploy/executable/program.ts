/**
 * The program that an executable starts with.
 *
 * @module
 */
import { entryPoint, moduleEnding } from "../server/server_files.ts";

/** Its file, beside the server's modules. */
export const programFile: string = `serve_model${moduleEnding}`;

/** By this line a deployment knows the executables that it may replace. */
export const executableMark = "// An executable that tunebook's deployment wrote.";

/** Serves the model that lies beside it, under `name`; its arguments are those of `serve`. */
export function programText(name: string): string {
  return `${executableMark}
import { join } from "node:path";
import { serveModels } from "./${entryPoint}";

const model = join(import.meta.dirname${moduleEnding === ".ts" ? "!" : ""}, "model");
Deno.exitCode = await serveModels([\`${name}=\${model}\`, ...Deno.args]);
`;
}
