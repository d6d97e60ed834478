/**
 * What a person says of a graph: where its head is cut off, and how its images are made. References hold
 * it, so that plans and adapter folders open the same model: `file:model.onnx?at=features&size=224`.
 *
 * @module
 */
import type { Mistake } from "../../core/errors.ts";
import { optionMistake } from "../../core/errors.ts";
import { optionMistakes } from "../../core/check_options.ts";
import { isRecord } from "../../core/objects.ts";
import { oneOf, positive, record, type Rule, type Rules, text } from "../../core/option_rules.ts";

/** How images become the pixels that a graph takes, for it does not say so itself. */
export interface GraphPreprocessor {
  /** Height and width, one number for both; the graph's own unless given, 224 where it has none. */
  readonly size?: number | readonly [height: number, width: number];
  /** What images are resized to before their middle of `size` is cut out; `size` unless given. */
  readonly resize?: number | readonly [height: number, width: number];
  /** What bytes are multiplied with first; 1 / 255 unless given. */
  readonly rescale?: number;
  /** What is taken from each channel after that, one number for all or one for each. */
  readonly mean?: number | readonly number[];
  /** What each channel is divided by at last. */
  readonly std?: number | readonly number[];
  /** `bgr` for a graph whose first channel is blue; mean and std are in the same order as the channels. */
  readonly order?: "rgb" | "bgr";
}

/** Where a new head begins. */
export interface GraphHead {
  /** The tensor that it reads: maps [batch, channels, height, width] or vectors. */
  readonly at?: string;
}

/** All that is said of a graph. */
export interface GraphOptions {
  /** What comes after that tensor is left out. */
  readonly head?: GraphHead;
  readonly preprocessor?: GraphPreprocessor;
}

const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
const size: Rule = [
  "a whole number above 0, or [height, width]",
  (value) => isSize(value) || Array.isArray(value) && value.length === 2 && value.every(isSize),
];
const channels: Rule = [
  "a number, or a list of one for each channel",
  (value) =>
    Number.isFinite(value) ||
    Array.isArray(value) && value.length > 0 && value.every(Number.isFinite),
];
const headRules: Rules<GraphHead> = { at: text };
const preprocessorRules: Rules<GraphPreprocessor> = {
  size,
  resize: size,
  rescale: positive,
  mean: channels,
  std: channels,
  order: oneOf(["rgb", "bgr"]),
};

/** What the options must be, beside others. */
export const graphRules: Rules<GraphOptions> = { head: record, preprocessor: record };

/** What is wrong within the options. */
export function graphMistakes({ head, preprocessor }: GraphOptions): Mistake[] {
  const inside = (given: unknown, rules: Rules) =>
    isRecord(given) ? optionMistakes(given, rules) : [];
  return [...inside(head, headRules), ...inside(preprocessor, preprocessorRules)];
}

const numbers = (value: unknown) => [value].flat().join(",");

/** The options as the query of a reference, `?at=features&size=224x224`; empty without any. */
export function graphQuery({ head, preprocessor = {} }: GraphOptions): string {
  const { size, resize, rescale, mean, std, order } = preprocessor;
  const given: [string, string | undefined][] = [
    ["at", head?.at],
    ["size", size === undefined ? undefined : [size].flat().join("x")],
    ["resize", resize === undefined ? undefined : [resize].flat().join("x")],
    ["rescale", rescale === undefined ? undefined : String(rescale)],
    ["mean", mean === undefined ? undefined : numbers(mean)],
    ["std", std === undefined ? undefined : numbers(std)],
    ["order", order],
  ];
  const said = given.filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  return said.length > 0 ? `?${said.join("&")}` : "";
}

/** Reads such a query; a list of mistakes where it makes no sense. */
export function parseGraphQuery(query: string): GraphOptions | Mistake[] {
  const wrong: Mistake[] = [];
  const said: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (value === "" || name in said) {
      wrong.push(optionMistake(name, value === "" ? "has no value" : "is given twice"));
    }
    said[name] = readers[name]?.(value) ?? value;
  }
  const { at, ...preprocessor } = said;
  const options = {
    ...(at === undefined ? {} : { head: { at: String(at) } }),
    ...(Object.keys(preprocessor).length > 0 ? { preprocessor } : {}),
  };
  wrong.push(...graphMistakes(options));
  return wrong.length > 0 ? wrong : options;
}

const list = (separator: string) => (value: string) => {
  const each = value.split(separator).map(Number);
  return each.length === 1 ? each[0] : each;
};
const readers: Readonly<Record<string, (value: string) => unknown>> = {
  size: list("x"),
  resize: list("x"),
  rescale: Number,
  mean: list(","),
  std: list(","),
};
