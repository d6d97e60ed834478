/**
 * What is to be watched and when it is told: rules of one's own, in a program or in a JSON file.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import {
  messageOf,
  type Mistake,
  mistakeOf,
  mistakes,
  optionMistake,
  TunebookError,
} from "../../../core/errors.ts";
import { didYouMean } from "../../../core/nearest.ts";
import { isRecord } from "../../../core/objects.ts";
import { list, type Rules, share, text, whole } from "../../../core/option_rules.ts";
import { parseJson } from "../../../core/parse_json.ts";
import { readText } from "../../../core/read_text.ts";
import { shownValue } from "../../../core/shown_value.ts";

/** The name of something that a rule asks of. */
export type Measure =
  | "drift"
  | "populationStability"
  | "jensenShannon"
  | "outliers"
  | "estimatedAccuracy"
  | "accuracy"
  | "p50"
  | "p95"
  | "p99"
  | "errors"
  | "queue"
  | "memory";

/** What rules may ask of, and what each is. */
export const measures: Readonly<Record<Measure, string>> = {
  drift: "the smallest corrected p-value of the drift tests, times the looks at a window",
  populationStability: "the largest population stability index of a signal",
  jensenShannon: "the largest Jensen-Shannon distance of a signal",
  outliers: "the share of the window's rows that are outliers",
  estimatedAccuracy: "the accuracy that is estimated without labels",
  accuracy: "the accuracy by the labels that came later",
  p50: "milliseconds that half of the last requests took at most",
  p95: "milliseconds that 95 % of the last requests took at most",
  p99: "milliseconds that 99 % of the last requests took at most",
  errors: "the share of the last requests that failed",
  queue: "requests that wait",
  memory: "resident memory in megabytes",
};

/** When to raise an alarm. */
export interface WatchRule {
  /** What messages call it. */
  readonly name: string;
  readonly measure: Measure;
  /** The alarm is raised above this; a rule has either this or `below`. */
  readonly above?: number;
  /** The alarm is raised below this. */
  readonly below?: number;
  /** What it has to come back to before the alarm ends; the limit itself unless given. */
  readonly clear?: number;
  /** How many times in a row it has to be beyond the limit; 1 unless given. */
  readonly after?: number;
  /** How many times in a row it has to be back before the alarm ends; 3 unless given. */
  readonly until?: number;
}

/** Rules, and where alarms go. */
export interface WatchRules {
  /** Rows that are compared with the profile at a time; 200 unless given. */
  readonly window?: number;
  /** How many times a window is looked at while it fills; 4 unless given. */
  readonly looks?: number;
  /** How often a window of the same distribution may raise the alarm of drift; 0.001 unless given. */
  readonly alpha?: number;
  /** Rules; one for drift unless given. */
  readonly rules?: readonly WatchRule[];
  /** An address that gets each alarm as JSON by POST. */
  readonly webhook?: string;
  /** A file that gets each alarm as a line of JSON. */
  readonly log?: string;
}

/** Rules with all that was left open. */
export interface SettledRules {
  readonly window: number;
  readonly looks: number;
  readonly alpha: number;
  readonly rules: readonly Required<Omit<WatchRule, "above" | "below">>[];
  readonly isAbove: readonly boolean[];
  readonly limits: readonly number[];
  readonly webhook?: string;
  readonly log?: string;
}

/** Rows that a look needs at least. */
const leastLook = 10;
const usual = { window: 200, looks: 4, alpha: 0.001, after: 1, until: 3 };
const isAddress = (value: unknown) =>
  typeof value === "string" && /^https?:$/.test(URL.parse(value)?.protocol ?? "");
const optionRules: Rules<WatchRules> = {
  window: whole,
  looks: whole,
  alpha: share,
  rules: list,
  webhook: ["an address that begins with http:// or https://", isAddress],
  log: text,
};
const ruleFields: readonly (keyof WatchRule)[] = [
  "name",
  "measure",
  "above",
  "below",
  "clear",
  "after",
  "until",
];

/** Reads a file of rules. All that is wrong in it is one error of kind "input". */
export async function readWatchRules(path: string): Promise<WatchRules> {
  let value: unknown;
  try {
    value = parseJson(await readText(path));
  } catch (error) {
    throw new TunebookError("input", `the rules in ${path} cannot be read: ${messageOf(error)}`);
  }
  try {
    settleRules(value as WatchRules);
  } catch (error) {
    if (!(error instanceof TunebookError) || error.mistakes.length === 0) throw error;
    throw mistakes("input", `the rules in ${path} make no sense:`, error.mistakes);
  }
  return value as WatchRules;
}

/** Checks rules and fills in what they leave open. All mistakes are one error of kind "input". */
export function settleRules(given: WatchRules): SettledRules {
  checkOptions("the rules", given, optionRules, () => rulesMistakes(given));
  const { window = usual.window, looks = usual.looks, alpha = usual.alpha } = given;
  const { rules = [{ name: "drift", measure: "drift", below: alpha } as const] } = given;
  const limits = rules.map(({ above, below }) => above ?? below!);
  return {
    window,
    looks,
    alpha,
    rules: rules.map(({ name, measure, clear, after, until }, at) => ({
      name,
      measure,
      clear: clear ?? limits[at],
      after: after ?? usual.after,
      until: until ?? usual.until,
    })),
    isAbove: rules.map(({ above }) => above !== undefined),
    limits,
    ...(given.webhook === undefined ? {} : { webhook: given.webhook }),
    ...(given.log === undefined ? {} : { log: given.log }),
  };
}

function rulesMistakes({ window, looks, alpha, rules }: WatchRules): Mistake[] {
  const wrong: Mistake[] = [];
  const [rows, times] = [window ?? usual.window, looks ?? usual.looks];
  if (rows / times < leastLook) {
    wrong.push(optionMistake(
      "looks",
      `is ${times} for a window of ${rows} rows; a look needs ${leastLook} new rows`,
    ));
  }
  if (alpha === 0) wrong.push(optionMistake("alpha", "is 0, with which nothing is ever noticed"));
  if (!Array.isArray(rules)) return wrong;
  if (rules.length === 0) {
    wrong.push(optionMistake("rules", "is empty; leave it out for drift alone"));
  }
  const names = new Set<unknown>();
  rules.forEach((rule: unknown, at) => {
    for (const told of ruleMistakes(rule)) wrong.push(mistakeOf(() => `rule ${at + 1}: ${told}`));
    if (!isRecord(rule) || rule.name === undefined) return;
    if (names.has(rule.name)) {
      wrong.push(
        mistakeOf(() => `rule ${at + 1}: another one is called ${shownValue(rule.name)}, too`),
      );
    }
    names.add(rule.name);
  });
  return wrong;
}

function ruleMistakes(rule: unknown): string[] {
  if (!isRecord(rule)) return [`it is ${shownValue(rule)}, not an object`];
  const { name, measure, above, below, clear, after, until } = rule;
  const known = Object.keys(measures);
  const numbers = Object.entries({ above, below, clear })
    .filter(([, value]) => value !== undefined && !Number.isFinite(value))
    .map(([field, value]) => `${field} is ${shownValue(value)}, not a number`);
  const counts = Object.entries({ after, until })
    .filter(([, value]) => value !== undefined && !whole[1](value))
    .map(([field, value]) => `${field} is ${shownValue(value)}, but must be ${whole[0]}`);
  const limit = (above ?? below) as number;
  const isBeyond = above === undefined ? Number(clear) < limit : Number(clear) > limit;
  return [
    ...Object.keys(rule).filter((field) => !(ruleFields as readonly string[]).includes(field))
      .map((field) => `there is no field ${field}${didYouMean(field, ruleFields)}`),
    ...(text[1](name) ? [] : [`name is ${shownValue(name)}, but must be a text`]),
    ...(known.includes(measure as string) ? [] : [
      `measure is ${shownValue(measure)}, but must be one of ${known.join(", ")}` +
      (typeof measure === "string" ? didYouMean(measure, known) : ""),
    ]),
    ...((above === undefined) === (below === undefined)
      ? ["it must have either above or below"]
      : []),
    ...numbers,
    ...counts,
    ...(clear !== undefined && numbers.length === 0 && limit !== undefined && isBeyond
      ? [`clear is ${clear}, which is beyond the limit of ${limit}`]
      : []),
  ];
}
