/**
 * The examples of the files and folders that are named after `--`, each a test, all in one process.
 * `deno test --doc` runs the same examples each in a runtime of its own, which loads the library
 * anew: most of its time. Here the library is loaded once. Types are checked by `deno check --doc`.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { filesBelow } from "../files_below.ts";
import { type DocExample, docExamples } from "./doc_examples.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const kept = join(project, ".tunebook");
await Deno.mkdir(kept, { recursive: true });
const folder = await Deno.makeTempDir({ dir: kept, prefix: "examples_" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

for (const path of Deno.args.length > 0 ? Deno.args : ["lib", "datasets", "docs"]) {
  for await (const file of filesBelow(project, path)) {
    if (!/\.(ts|md)$/.test(file)) continue;
    const examples = docExamples(file, await Deno.readTextFile(join(project, file)));
    for (const example of examples) await register(file, example);
  }
}

/** Writes an example to a file of its own, as which it runs. */
async function register(file: string, { from, to, code }: DocExample): Promise<void> {
  const target = join(folder, `${file}_${from}.ts`);
  const beside = pathToFileURL(join(project, file));
  const moved = code.replace(
    /(\bfrom |\bimport |\bimport\()"(\.[^"]+)"/g,
    (_, before, specifier) => `${before}"${new URL(specifier, beside)}"`,
  );
  await Deno.mkdir(dirname(target), { recursive: true });
  // Errors name the line of the source file.
  await Deno.writeTextFile(target, `${"\n".repeat(from)}${moved}\nexport {};\n`);
  Deno.test(`${file}#${from}-${to}`, async () => void await import(pathToFileURL(target).href));
}
