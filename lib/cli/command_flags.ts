/**
 * What the commands that serve share: options as flags, how they are read, and what help says of them.
 *
 * @module
 */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { messageOf, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { kebab } from "./train_flags.ts";

/** An option as a flag. */
export interface CommandFlag {
  readonly value: "text" | "number" | "list";
  /** What stands behind it in help, `FOLDER`. */
  readonly shown: string;
  /** What help says. */
  readonly what: string;
}

/** Flags by the names of their options. */
export type CommandFlags = Readonly<Record<string, CommandFlag>>;

/** What was given, by the names of the flags. */
export type FlagValues = Readonly<Record<string, string | boolean | undefined>>;

/** The lines of help; what is said of each flag begins behind so many characters. */
export function flagLines(flags: CommandFlags, width: number): string {
  return Object.entries(flags).map(([name, { shown, what }]) =>
    `  ${`--${kebab(name)} ${shown}`.padEnd(width)} ${what}`
  ).join("\n");
}

/** How `parseArgs` reads them. */
export function textOptions(flags: CommandFlags): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.keys(flags).map((name) => [kebab(name), { type: "string" } as const]),
  );
}

/** The options that were given; what is no number is added to `wrong`. */
export function optionsGiven(
  flags: CommandFlags,
  values: FlagValues,
  wrong: string[],
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(flags)) {
    const given = values[kebab(name)];
    if (typeof given !== "string") continue;
    if (value === "number" && (given.trim() === "" || Number.isNaN(Number(given)))) {
      wrong.push(`--${kebab(name)} is "${given}", not a number`);
    }
    found[name] = value === "number"
      ? Number(given)
      : value === "list"
      ? given.split(",").map((each) => each.trim())
      : given;
  }
  return found;
}

/** Reads a command line. A flag that is not there is an error of kind "input" that names the nearest one. */
export function parsedCommand(
  args: readonly string[],
  options: ParseArgsOptionsConfig,
): { readonly values: FlagValues; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as FlagValues, positionals };
  } catch (error) {
    const unknown = /Unknown option '--?([\w-]+)'/.exec(messageOf(error))?.[1];
    const message = unknown
      ? `there is no flag --${unknown}${didYouMean(unknown, Object.keys(options))}`
      : messageOf(error).replace(/\.$/, "");
    throw new TunebookError("input", `${message}. See --help.`, { cause: error });
  }
}
