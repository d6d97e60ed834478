/**
 * The one way in which public functions check their options: notebooks and `deno run` check no types,
 * so that a name that nobody knows would be ignored.
 *
 * @module
 */
import { isRecord } from "./objects.ts";
import { type Mistake, mistakes, optionMistake, TunebookError } from "./errors.ts";
import { didYouMean } from "./nearest.ts";
import type { Rules } from "./option_rules.ts";
import { homeOf, peerName } from "./peer_names.ts";
import { quoted } from "./quoted.ts";
import { shownValue } from "./shown_value.ts";

/**
 * Throws one error of kind "input" with every option that has no rule or breaks its own, and with
 * whatever else the function finds. Options that are undefined count as not given.
 *
 * @param of what takes the options, `lora` or `readTable`
 * @param more looked at only where the options are an object
 */
export function checkOptions<Options>(
  of: string,
  given: unknown,
  rules: Rules<Options>,
  more: () => readonly Mistake[] = () => [],
): void {
  requireOptions(of, given);
  refuseOptions(of, [...optionMistakes(given as object, rules), ...more()]);
}

/** Throws all mistakes in the options of a function as one error of kind "input". */
export function refuseOptions(of: string, wrong: readonly Mistake[]): void {
  if (wrong.length > 0) throw mistakes("input", `these options of ${of} make no sense:`, wrong);
}

/** Throws an error of kind "input" for what is no object of options, such as null. */
export function requireOptions(of: string, given: unknown): void {
  if (isRecord(given)) return;
  throw new TunebookError(
    "input",
    `${of} takes its options as one object, but got ` +
      (given === undefined ? "nothing" : shownValue(given)),
  );
}

/** Options without a rule and options that break their own, one mistake each. */
export function optionMistakes<Options>(given: object, rules: Rules<Options>): Mistake[] {
  return [...unknownOptions(given, Object.keys(rules)), ...valueMistakes(given, rules)];
}

/** Options whose values are none that they may have. */
export function valueMistakes<Options>(given: object, rules: Rules<Options>): Mistake[] {
  const known = rules as Rules;
  const values = given as Readonly<Record<string, unknown>>;
  return Object.keys(known).flatMap((name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const [wants, fits, hint, isRequired = false] = known[name];
    if (value === undefined ? !isRequired : fits(value)) return [];
    return [
      optionMistake(
        name,
        `is ${shownValue(value)}, but must be ${wants}${
          value === undefined ? "" : hint?.(value) ?? ""
        }`,
      ),
    ];
  });
}

/**
 * Names that nobody knows, one mistake each: with the name that it has here where it is one of PEFT's or
 * of transformers', else with the nearest known one, else with all of them.
 *
 * @param what they are called: `option` unless given
 */
export function unknownOptions(
  given: object,
  known: readonly string[],
  what = "option",
): Mistake[] {
  return Object.entries(given)
    .filter(([name, value]) => value !== undefined && !known.includes(name))
    .map(([name]) => ({
      option: name,
      told: (nameOf) =>
        `there is no ${what} ${optionName(name)}${
          peerName(name, known) || didYouMean(name, known) || homeOf(name) ||
          others(known.map(nameOf))
        }`,
    }));
}

/** Throws an error of kind "input" where something was given to a function that takes no options. */
export function takesNoOptions(of: string, given: ArrayLike<unknown>, places = 0): void {
  if (given.length <= places) return;
  const options = given[places];
  const names = typeof options === "object" && options !== null ? Object.keys(options) : [];
  throw new TunebookError(
    "input",
    `${of} takes no options, but got ${shownValue(options)}` +
      (names.length > 0 ? peerName(names[0], []) || homeOf(names[0]) : ""),
  );
}

/** More names than these help nobody. */
const mostNames = 15;

function others(known: readonly string[]): string {
  if (known.length > mostNames) return "";
  return known.length === 0 ? "; it takes none" : `; they are ${known.join(", ")}`;
}

/** The name of an option as it is where it is a word, else quoted, so that spaces and line ends show. */
function optionName(name: string): string {
  return /^[\w$.-]+$/.test(name) ? name : quoted(name);
}
