/**
 * The tests of the files and folders that are named after `--`, all in one process:
 * `deno test --allow-all tests/in_one_process.ts -- tests/table tests/text`. `deno test tests/table`
 * gives each file a runtime of its own, which loads the library and compiles it anew. Equal graphs are
 * prepared once for all of them.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { filesBelow } from "./files_below.ts";
import { shareSessions } from "./share_sessions.ts";

const project = fileURLToPath(new URL("../", import.meta.url));
shareSessions();
for (const path of Deno.args) {
  for await (const file of filesBelow(project, path)) {
    if (file.endsWith("_test.ts")) await import(pathToFileURL(join(project, file)).href);
  }
}
