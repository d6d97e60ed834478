/**
 * Which columns a task reads, by the flags that name them or by the names that they have.
 *
 * @module
 */
import { quoted, shownName } from "../core/quoted.ts";
import { headerAdvice } from "../table/header_hints.ts";
import { formatOf, isSeparated } from "../table/read_table.ts";
import { otherSeparator } from "../table/separator_hints.ts";
import { taskOf, tasks } from "../tasks/mod.ts";
import { isColumnFlag } from "../tasks/shared/task_flag.ts";
import { kebab } from "./train_flags.ts";

type Settings = Readonly<Record<string, unknown>>;

/** What is known of the data's columns. */
export interface KnownColumns {
  /** The file or the data set, as it was given. */
  readonly source: string;
  /** Option of a task → the column that it names in a data set, or that has this name in a file. */
  readonly byOption: Settings;
  /** All columns of a file; absent where they are not known. */
  readonly all?: readonly string[];
}

/** The columns, and what is wrong with them in the flags' words. */
export interface ChosenColumns {
  readonly columns: Settings;
  readonly wrong: readonly string[];
}

/**
 * The options of `task` that name columns. Flags come first; without any, the columns that have the
 * names of one kind of rows. What is missing is a mistake, and something stands in its place, so that
 * the rest can be checked.
 *
 * @param given the task's options that flags name
 */
export function columnsOfTask(task: string, given: Settings, known: KnownColumns): ChosenColumns {
  const { flags, columns: kinds } = tasks[task];
  const all = new Set(kinds.flat());
  const named = flags.filter(isColumnFlag).map(({ name }) => name)
    .filter((name) => given[name] !== undefined && all.has(name));
  const fits = (options: Settings) =>
    kinds.some((kind) => isSame(kind, Object.keys(options).filter((name) => all.has(name))));
  if (fits(given)) return { columns: {}, wrong: [] };

  // A data set's columns may be completed by a flag, such as those of a pair by a negative.
  if (named.length > 0 && known.all === undefined && fits({ ...known.byOption, ...given })) {
    return { columns: pick(known.byOption, [...all]), wrong: [] };
  }
  const present = kinds.filter((kind) => kind.every((name) => name in known.byOption));
  const largest = present.filter((kind) =>
    !present.some((other) =>
      other.length > kind.length && kind.every((each) => other.includes(each))
    )
  );
  if (named.length === 0 && largest.length === 1) {
    return { columns: pick(known.byOption, largest[0]), wrong: [] };
  }
  if (known.all === undefined && isMade(task, given)) return { columns: {}, wrong: [] };

  const possible = kinds.filter((kind) => named.every((name) => kind.includes(name)))
    .toSorted((a, b) => a.length - b.length);
  const places = (kind: readonly string[]) =>
    Object.fromEntries(
      kind.filter((name) => !named.includes(name)).map((name) => [name, `?${name}`]),
    );
  const stand = possible.find((kind) => isMade(task, { ...places(kind), ...given })) ?? possible[0];
  return {
    columns: stand ? places(stand) : {},
    wrong: missing(task, { named, possible, known }),
  };
}

/** One line for each flag that is missing, or one with all that could be given. */
function missing(
  task: string,
  { named, possible, known }: {
    readonly named: readonly string[];
    readonly possible: readonly (readonly string[])[];
    readonly known: KnownColumns;
  },
): string[] {
  const { flags, columns: kinds } = tasks[task];
  const { source, all } = known;
  const separator = all && otherSeparator(all);
  const lacks = all && separator === undefined && isSeparated(formatOf(source))
    ? [headerAdvice(possible[0] ?? [], all.length)]
    : [];
  const has = all
    ? `, which has the columns ${all.map(shownName).join(", ")}${
      separator === undefined
        ? ""
        : `; they seem to be separated by ${quoted(separator)}, which --column-separator tells`
    }`
    : "";
  const whatOf = (name: string) => flags.find((flag) => flag.name === name)!.what;
  if (kinds.length === 1 || (named.length > 0 && possible.length > 0)) {
    return [
      ...possible[0].filter((name) => !named.includes(name))
        .map((name) => `--${kebab(name)} is missing: ${whatOf(name)} of ${source}${has}`),
      ...lacks,
    ];
  }
  const choices = kinds.map((kind) => kind.map((name) => `--${kebab(name)}`).join(" "));
  const which = `one kind of rows, ${choices.join(" or ")}`;
  return named.length === 0 ? [`name the columns of ${source}${has}: ${which}`, ...lacks] : [
    `${named.map((name) => `--${kebab(name)}`).join(" and ")} do not go together: name ${which}`,
  ];
}

const isSame = (kind: readonly string[], names: readonly string[]) =>
  kind.length === names.length && kind.every((name) => names.includes(name));

function pick(values: Settings, names: readonly string[]): Settings {
  return Object.fromEntries(
    names.filter((name) => name in values).map((name) => [name, values[name]]),
  );
}

/** Whether the task can be made from these options. */
function isMade(task: string, settings: Settings): boolean {
  try {
    taskOf(task, settings);
    return true;
  } catch {
    return false;
  }
}
