/**
 * The flags of `deno task finetune`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { messageOf, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { tasks } from "../tasks/mod.ts";
import { rayFlags } from "./ray/ray_flags.ts";
import { teacherFlags } from "./teacher_flags.ts";
import { kebab, trainFlags } from "./train_flags.ts";

type Kind = { readonly type: "string" | "boolean"; readonly short?: string };
const text: Kind = { type: "string" };
const yes: Kind = { type: "boolean" };

/** What is neither a task's nor a training's. */
const general: Readonly<Record<string, Kind>> = {
  model: text,
  quantize: text,
  layers: text,
  teacher: text,
  distillation: text,
  ...Object.fromEntries(Object.keys(teacherFlags).map((name) => [kebab(name), text])),
  data: text,
  task: text,
  test: text,
  validation: text,
  format: text,
  quote: text,
  "column-separator": text,
  omit: text,
  method: text,
  rank: text,
  alpha: text,
  adapter: text,
  metrics: text,
  "evaluate-compute": text,
  features: text,
  probe: text,
  beams: text,
  "max-new-tokens": text,
  deploy: text,
  repository: text,
  dtypes: text,
  out: text,
  device: text,
  precision: text,
  "offload-megabytes": text,
  tensorboard: text,
  mlflow: text,
  "json-lines": text,
  "run-name": text,
  ray: text,
  ...Object.fromEntries(rayFlags.map((name) => [kebab(name), text])),
  advise: yes,
  difference: text,
  "time-column": text,
  "group-column": text,
  "advise-minutes": text,
  trials: text,
  minutes: text,
  folds: text,
  repeats: text,
  groups: text,
  nested: text,
  rule: text,
  kept: text,
  resume: yes,
  json: yes,
  help: { type: "boolean", short: "h" },
};

/** What two flags were called before they had the names of the options; the help no longer tells of them. */
const aliases: Readonly<Record<string, string>> = { rate: "learningRate", batch: "batchSize" };

const options: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(
    Object.values(tasks).flatMap(({ flags }) =>
      flags.map(({ name, flag = name, value }) => [kebab(flag), value === "switch" ? yes : text])
    ),
  ),
  ...Object.fromEntries(
    Object.entries(trainFlags).map(([name, { value }]) => [
      kebab(name),
      value === "switch" ? yes : text,
    ]),
  ),
  ...Object.fromEntries(Object.keys(aliases).map((name) => [name, text])),
  ...general,
};

/** Flags as they were given, by the names of the settings: `learningRate`, `tokens`. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** The command line: flags, and the paths of the plan files that were given. */
export interface CommandLine {
  readonly flags: Flags;
  readonly planFiles: readonly string[];
}

/** Reads the command line; an unknown flag suggests the nearest one. */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: joinNegatives(args),
      options,
      allowPositionals: true,
      tokens: true,
    });
    const given = tokens.flatMap((token) => token.kind === "option" ? [token.name] : []);
    const twice = given.filter((name, at) => given.indexOf(name) < at);
    if (twice.length > 0) {
      throw new Error(
        `${[...new Set(twice)].map((name) => `--${name}`).join(" ")} is given twice; ` +
          "several values of one flag have commas between them",
      );
    }
    if (positionals.length > 1 && values.folds === undefined) {
      throw new Error(
        `one plan file at most, but there are ${
          positionals.join(", ")
        }; --folds 5 selects among them`,
      );
    }
    const empty = Object.entries(values).filter(([, value]) => value === "");
    if (empty.length > 0) {
      throw new Error(`nothing is given for ${empty.map(([name]) => `--${name}`).join(" ")}`);
    }
    return {
      flags: byName(values as Record<string, string | boolean>),
      planFiles: positionals,
    };
  } catch (error) {
    const unknown = /Unknown option '--?([\w-]+)'/.exec(messageOf(error))?.[1];
    const message = unknown
      ? `there is no flag ${dashed(unknown)}${didYouMean(unknown, Object.keys(options))}`
      : messageOf(error);
    throw new TunebookError("input", `${message}. See --help.`, { cause: error });
  }
}

/** Flags by the names of their settings; one that is given under two names is an error. */
function byName(values: Readonly<Record<string, string | boolean>>): Flags {
  const flags: Record<string, string | boolean> = {};
  const given = new Map<string, string>();
  for (const [flag, value] of Object.entries(values)) {
    const name = aliases[flag] ??
      flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const other = given.get(name);
    if (other !== undefined) throw new Error(`--${other} and --${flag} are the same`);
    given.set(name, flag);
    flags[name] = value;
  }
  return flags;
}

function dashed(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}

/** `--learning-rate -1` is a flag with a number, not two flags. */
function joinNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (/^-[\d.]/.test(arg) && last?.startsWith("--") && !last.includes("=")) {
      joined[joined.length - 1] = `${last}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}
