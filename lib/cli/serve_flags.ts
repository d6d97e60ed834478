/**
 * The flags of `deno task serve`.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { readText } from "../core/read_text.ts";
import type { ServeModelsOptions } from "../pipeline/serve/serve.ts";
import {
  type CommandFlags,
  flagLines,
  optionsGiven,
  parsedCommand,
  textOptions,
} from "./command_flags.ts";

/** The options that are flags, with what help says of them. */
const flags: CommandFlags = {
  host: { value: "text", shown: "ADDRESS", what: "the address to listen on (127.0.0.1)" },
  port: { value: "number", shown: "N", what: "the port, 0 for any that is free (8000)" },
  adapters: {
    value: "text",
    shown: "FOLDER",
    what: "a folder of adapters' folders, read when they are asked for",
  },
  base: { value: "text", shown: "REF", what: "the base of all adapters (the one that they name)" },
  cors: { value: "list", shown: "ORIGIN,…", what: "origins whose pages may ask, or * (none)" },
  device: { value: "text", shown: "NAME", what: "cpu, auto, webgpu, cuda … (cpu)" },
  precision: { value: "text", shown: "NAME", what: "float32, float16 on a GPU, auto (float32)" },
  quantize: {
    value: "text",
    shown: "FORMAT",
    what: "holds bases in fewer bits: int8, int4, nf4, fp4",
  },
  batchSize: { value: "number", shown: "N", what: "inputs that share a batch (32)" },
  maxAdapters: { value: "number", shown: "N", what: "adapters in memory on each base (64)" },
  maxBodyBytes: { value: "number", shown: "N", what: "bytes of a request's body (16777216)" },
  maxInputs: { value: "number", shown: "N", what: "inputs of a request (256)" },
  maxCharacters: { value: "number", shown: "N", what: "characters of a text (200000)" },
  maxNewTokens: { value: "number", shown: "N", what: "tokens that a request has written (4096)" },
  maxQueue: { value: "number", shown: "N", what: "inputs that wait; 429 beyond (512)" },
  bodySeconds: { value: "number", shown: "S", what: "for the body of a request to come (30)" },
  answerSeconds: { value: "number", shown: "S", what: "for an answer (300)" },
  stopSeconds: { value: "number", shown: "S", what: "to finish what runs when it is stopped (30)" },
};

/** The variable with keys, commas between them; a command line is seen by all users of a machine. */
export const keysVariable = "TUNEBOOK_API_KEYS";

/** Where help says what a flag is. */
const helpWidth = 30;

/** What `--help` prints. */
export const serveHelp = `tunebook: serve trained models over HTTP

usage
  deno task serve FOLDER…                   folders of adapter or merged, or references; each is a
                                            model under the name of its folder
  deno task serve NAME=FOLDER …             under a name of its own
  deno task serve --adapters FOLDER         a folder of adapters' folders, read when they are asked for

flags
${flagLines(flags, helpWidth)}
  --api-keys-file FILE           keys that requests must bring, one a line; or ${keysVariable}
  --watch-rules FILE             when to raise alarms, as docs/watching.md says (drift alone)
  --store FOLDER                 stores the signals of requests, an SQLite file for each model
  --no-watch                     watches no model, whatever its folder holds
  --quiet                        says nothing of requests that failed

Ctrl-C or SIGTERM finishes what runs and stops; a second one stops at once.
The address and the endpoints (/docs) are printed when the server runs.`;

const text = { type: "string" } as const;
const yes = { type: "boolean" } as const;
const parsing = {
  ...textOptions(flags),
  "api-keys-file": text,
  "watch-rules": text,
  store: text,
  "no-watch": yes,
  quiet: yes,
  help: { ...yes, short: "h" },
};

/** What a command line says. */
export interface ServeCommand {
  readonly sources: Readonly<Record<string, string>> | readonly string[];
  readonly options: ServeModelsOptions;
  readonly help: boolean;
}

/** Reads the command line; flags that are wrong are one error of kind "input". */
export async function serveCommand(
  args: readonly string[],
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Promise<ServeCommand> {
  const { values, positionals } = parsedCommand(args, parsing);
  if (values.help) return { sources: [], options: {}, help: true };
  const wrong: string[] = [];
  const options = {
    ...values.quiet ? { quiet: true } : {},
    ...optionsGiven(flags, values, wrong),
  } as Record<string, unknown>;
  const watch = watchOf(values, wrong);
  if (watch !== undefined) options.watch = watch;
  const apiKeys = await keysOf(values["api-keys-file"], env(keysVariable));
  if (apiKeys.length > 0) options.apiKeys = apiKeys;
  if (positionals.length === 0 && options.adapters === undefined) {
    wrong.push("name a folder to serve, or --adapters FOLDER");
  }
  if (wrong.length > 0) throw mistakes("input", "the command cannot be run (see --help):", wrong);
  return { sources: sourcesOf(positionals), options, help: false };
}

/** How to watch; undefined where nothing was said. */
function watchOf(
  { "watch-rules": rules, store: folder, "no-watch": isOff }: Readonly<Record<string, unknown>>,
  wrong: string[],
): ServeModelsOptions["watch"] {
  if (isOff && (rules !== undefined || folder !== undefined)) {
    wrong.push("--no-watch stands beside what says how to watch; leave one out");
  }
  if (isOff) return false;
  if (rules === undefined && folder === undefined) return undefined;
  return {
    ...(typeof rules === "string" ? { rules } : {}),
    ...(typeof folder === "string" ? { store: { folder } } : {}),
  };
}

/** The keys of a file, one a line, and those of the environment. */
async function keysOf(file: unknown, variable: string | undefined): Promise<string[]> {
  const ofFile = typeof file === "string" ? keysIn(await keysFile(file), "\n") : [];
  const ofVariable = keysIn(variable ?? "", ",");
  // Who meant to ask for keys must not serve without.
  if (typeof file === "string" && ofFile.length === 0) {
    throw new TunebookError("input", `--api-keys-file: ${file} has no key`);
  }
  if (variable && ofVariable.length === 0) {
    throw new TunebookError("input", `${keysVariable} is set, but has no key`);
  }
  return [...ofFile, ...ofVariable];
}

function keysIn(text: string, between: string): string[] {
  return text.split(between).map((each) => each.trim()).filter(Boolean);
}

async function keysFile(file: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    const message = `--api-keys-file: ${file} cannot be read: ${messageOf(error)}`;
    throw new TunebookError("input", message, { cause: error });
  }
}

/** `NAME=FOLDER` and folders; names of their own only where one was given. */
function sourcesOf(positionals: readonly string[]): ServeCommand["sources"] {
  const pairs = positionals.map((each) => /^([\w.@:+/-]+)=(.+)$/s.exec(each));
  if (pairs.every((pair) => pair === null)) return positionals;
  const unnamed = positionals.filter((_, at) => !pairs[at]);
  if (unnamed.length > 0) {
    throw new TunebookError(
      "input",
      `give every folder a name, or none: ${unnamed.join(", ")} has none`,
    );
  }
  const named = pairs.map((pair) => [pair![1], pair![2]] as const);
  const twice = named.filter(([name], at) => named.findIndex(([other]) => other === name) < at);
  if (twice.length > 0) {
    throw new TunebookError("input", `${twice.map(([name]) => name).join(", ")} is given twice`);
  }
  return Object.fromEntries(named);
}
