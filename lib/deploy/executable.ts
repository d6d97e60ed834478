/**
 * Deploys the model as one executable file.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { exists } from "../core/exists.ts";
import { oneOf, type Rules } from "../core/option_rules.ts";
import { shownValue } from "../core/shown_value.ts";
import { dnsLabel } from "./container.ts";
import { checkRuntime, compileServer, removeUnreadable } from "./executable/compile.ts";
import { programFile, programText } from "./executable/program.ts";
import { type FloatDtype, floatDtypes } from "./float_dtype.ts";
import { merged } from "./merged.ts";
import { askServer } from "./server/ask_server.ts";
import { installPackages } from "./server/install_packages.ts";
import { ownPackage } from "./server/own_package.ts";
import { removeOtherSystems } from "./server/remove_other_systems.ts";
import { serverArguments } from "./server/server_command.ts";
import { writeServer } from "./server/server_files.ts";
import type { DeployTarget } from "./target.ts";

/** How to make the executable. */
export interface ExecutableOptions {
  /** The name of the model: `model` unless given. */
  readonly name?: string;
  /** The type of the weights, as `merged` has it: `float32` unless given. */
  readonly dtype?: FloatDtype;
}

const rules: Rules<ExecutableOptions> = { name: dnsLabel, dtype: oneOf(floatDtypes) };

/**
 * One file with the server of `serve`, the whole model, the packages and Deno's runtime (`deno compile`), for the
 * system that it is made on: `./reviews --port 8080`. It takes the flags of `serve`, unpacks itself when it is
 * started first, and needs neither Deno nor a network.
 *
 * Deno downloads the runtime of compiled programs once; where it cannot, it is an error of kind "unsupported" before
 * anything is trained. The receipt is that of `merged` for the model inside; then the file itself is started without
 * any variable of this process and with an empty home, and its answers are compared with the trained model's.
 *
 * @example
 * ```ts
 * import { executable } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(executable("out/reviews", { name: "reviews" }).isFile, true);
 * ```
 */
export function executable(file: string, options: ExecutableOptions = {}): DeployTarget {
  checkFile(file);
  checkOptions("executable", options, rules);
  const { name = "model", dtype } = options;
  const whole = merged("model", dtype === undefined ? {} : { dtype });
  return {
    ...whole,
    name: "executable",
    folder: file,
    isFile: true,
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    async check(trainable, about) {
      await ownPackage();
      await whole.check?.(trainable, about);
      await checkRuntime();
    },
    async write(trained, file) {
      const parts = partsOf(file);
      await Deno.mkdir(join(parts, "model"), { recursive: true });
      await whole.write(trained, join(parts, "model"));
      await writeProgram(parts, name);
      await compileServer(parts, resolve(file));
    },
    reopen: (trained, file, device) => whole.reopen(trained, modelOf(file), device),
    async inspect(trained, file, proof) {
      const found = await whole.inspect!(trained, modelOf(file), proof);
      const args = serverArguments({ start: [], host: "127.0.0.1", port: 0 });
      const folder = await Deno.makeTempDir({ prefix: "tunebook-empty-" });
      try {
        const started = { program: resolve(file), args, folder };
        const isRounded = dtype !== undefined && dtype !== "float32";
        return { ...found, server: await askServer(started, trained, proof, { isRounded }) };
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
    async discard(file) {
      if (await exists(partsOf(file))) await Deno.remove(partsOf(file), { recursive: true });
    },
  };
}

/** Writes what is compiled beside the folder `model`: the server, its packages, and where it starts. */
export async function writeProgram(folder: string, name: string): Promise<void> {
  await writeServer(folder);
  await Deno.writeTextFile(join(folder, programFile), programText(name));
  await installPackages("executable", folder);
  await removeOtherSystems(folder);
  await removeUnreadable(folder);
}

/** What the file is made of lies beside it until the receipt is there. */
function partsOf(file: string): string {
  return `${file}.parts`;
}

function modelOf(file: string): string {
  return join(partsOf(file), "model");
}

function checkFile(file: unknown): void {
  const isFile = typeof file === "string" && basename(file) !== "" && !/[/\\]$/.test(file);
  const isProgram = Deno.build.os !== "windows" || String(file).endsWith(".exe");
  if (isFile && isProgram) return;
  const end = Deno.build.os === "windows" ? ".exe" : "";
  throw new TunebookError(
    "input",
    `executable takes the file to write, executable("out/reviews${end}"), but got ${
      shownValue(file)
    }`,
  );
}
