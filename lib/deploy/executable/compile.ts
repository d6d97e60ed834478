/**
 * Has Deno make one file of a server.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { answerPageFiles } from "../browser/answer_page.ts";
import { runDeno } from "../server/run_deno.ts";
import { permissions } from "../server/server_command.ts";
import { moduleEnding } from "../server/server_files.ts";
import { programFile } from "./program.ts";

/**
 * A folder of bintrees, which prom-client brings. deno compile 2.9.6 reads every JavaScript file of the packages, and
 * overflows its stack there.
 */
const unreadable = "node_modules/.deno/bintrees@1.0.2/node_modules/bintrees/test";

/** Removes what `deno compile` cannot read and no program needs. */
export async function removeUnreadable(folder: string): Promise<void> {
  const path = join(folder, unreadable);
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}

/**
 * What is read or started by its path, which `deno compile` does not find by itself. It reads the imports of each
 * script, so that those which run a model in a browser cannot be among them.
 */
const included = [
  "model",
  `lib/engine/devices/runtime_worker${moduleEnding}`,
  "lib/serve/page",
  ...answerPageFiles.map((file) => `lib/deploy/browser/page/${file}`),
];

/** Compiles the program in `folder`, with its packages and the model, into `file`. */
export async function compileServer(folder: string, file: string): Promise<void> {
  const said = await runDeno([
    "compile",
    ...["--frozen", "--no-check", "--self-extracting", ...permissions()],
    ...included.flatMap((each) => ["--include", each]),
    ...["--output", file, programFile],
  ], folder);
  if (said === undefined) return;
  throw new TunebookError("output", `executable: deno compile has failed: ${said}`);
}

/**
 * Has Deno compile a program of one line, for which it needs the same runtime: it downloads it once. Throws an error
 * of kind "unsupported" where it cannot be had.
 */
export async function checkRuntime(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-compile-" });
  try {
    await Deno.writeTextFile(join(folder, "one.js"), "console.log(1);\n");
    const said = await runDeno(
      ["compile", "--no-config", "--output", join(folder, "one"), "one.js"],
      folder,
    );
    if (said === undefined) return;
    throw new TunebookError(
      "unsupported",
      `executable(file) needs denort ${Deno.version.deno}, the runtime of compiled programs, which deno ` +
        `compile downloads from dl.deno.land once, but here it fails: ${said}\nRun it once with a ` +
        "network (deno compile of any program), or name a copy of the runtime in DENORT_BIN",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
