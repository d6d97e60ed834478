/**
 * Reads the fields of a `config.json` and reports everything that is wrong with it at once.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { isRecord } from "../core/objects.ts";

/**
 * Reads fields and collects mistakes. A field that is wrong reads as its fallback. `rope_scaling.factor`
 * is the field `factor` of the object `rope_scaling`.
 */
export interface ConfigReader {
  /** The field as it is; undefined where it is absent. */
  value(field: string): unknown;
  /** A whole number above zero. */
  size(field: string, fallback?: number): number;
  /** Height and width: one whole number above zero for both, or a list of the two. */
  pair(field: string, fallback?: number): readonly [number, number];
  /** A list of whole numbers above zero, of `length` where that is given. */
  sizes(field: string, fallback?: readonly number[], length?: number): readonly number[];
  /** How many layers: a size that no damaged file may raise beyond reason. */
  depth(field: string, fallback?: number): number;
  /** A number above zero. */
  positive(field: string, fallback: number): number;
  /** A share from 0 up to, not including, 1, such as a dropout rate. */
  share(field: string, fallback: number): number;
  /** A row's number in a table of `rows` rows, which the field `of` gives. */
  index(field: string, fallback: number, of: string, rows: number): number;
  /** One of some texts. */
  oneOf(field: string, choices: readonly string[], fallback: string): string;
  /** A list of `length` texts out of some; undefined where it is absent or wrong. */
  texts(field: string, choices: readonly string[], length: number): string[] | undefined;
  /** True or false. */
  flag(field: string, fallback: boolean): boolean;
  /** A switch that this model family needs to be off. */
  off(field: string): void;
  /** A switch that is on unless given and must stay so. */
  on(field: string): void;
  /** A number that may be absent and must otherwise be `value`, which `reason` explains. */
  same(field: string, value: number, reason: string): void;
  /** `part` must divide `whole`; not checked where one of the two is wrong by itself. */
  divides(part: string, partValue: number, whole: string, wholeValue: number): void;
  /** `field` must leave something after `used` is taken away; not checked where it is wrong itself. */
  exceeds(field: string, value: number, used: number, reason: string): void;
  /** Notes that a field is wrong in a way of its own. */
  wrong(field: string, wants: string): void;
  /** Throws one error with all mistakes, if there were any. */
  finish(): void;
}

/** Deeper than any published model of these families. */
const mostLayers = 1000;

/**
 * Starts reading. A field that is null counts as absent. `finish` throws one error of kind "weights"
 * with everything that is wrong.
 *
 * @param file what the fields stand in
 *
 * @example
 * ```ts
 * import { configReader } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const read = configReader({ hidden_size: 384, num_attention_heads: 7 });
 * const hiddenSize = read.size("hidden_size");
 * const numHeads = read.size("num_attention_heads");
 * read.divides("num_attention_heads", numHeads, "hidden_size", hiddenSize);
 * assert.throws(() => read.finish(), /num_attention_heads \(7\) does not divide hidden_size \(384\)/);
 * ```
 */
export function configReader(
  json: Readonly<Record<string, unknown>>,
  file = "config.json",
): ConfigReader {
  const wrong = new Map<string, string>();
  const valueOf = (field: string) =>
    field.split(".").reduce<unknown>((at, key) => isRecord(at) ? at[key] : undefined, json);
  const complain = (field: string, wants: string) => {
    wrong.set(
      field,
      `${field} is ${JSON.stringify(valueOf(field)) ?? "missing"}, but must be ${wants}`,
    );
  };
  const number = (
    field: string,
    fallback: number,
    wants: string,
    fits: (value: number) => boolean,
  ): number => {
    const value = valueOf(field) ?? fallback;
    if (typeof value === "number" && fits(value)) return value;
    complain(field, wants);
    return fallback;
  };
  const whole = (field: string, fallback: number, most: number): number => {
    const limit = most < Number.MAX_SAFE_INTEGER ? ` and at most ${most}` : "";
    const value = number(
      field,
      fallback,
      `a whole number above 0${limit}`,
      (value) => Number.isSafeInteger(value) && value > 0 && value <= most,
    );
    return Number.isNaN(value) ? 1 : value;
  };
  return {
    value: valueOf,
    size: (field, fallback = NaN) => whole(field, fallback, Number.MAX_SAFE_INTEGER),
    pair(field, fallback) {
      const value = valueOf(field) ?? fallback;
      const both = Array.isArray(value) ? value : [value, value];
      if (both.length === 2 && both.every(isSize)) return both as [number, number];
      complain(field, "a whole number above 0 or a list of two");
      return [1, 1];
    },
    sizes(field, fallback, length) {
      const value = valueOf(field) ?? fallback;
      const fits = Array.isArray(value) && value.length > 0 && value.every(isSize) &&
        (length === undefined || value.length === length);
      if (fits) return value;
      const many = length === undefined ? "" : `${length} `;
      complain(field, `a list of ${many}whole numbers above 0`);
      return fallback ?? Array<number>(length ?? 1).fill(1);
    },
    depth: (field, fallback = NaN) => whole(field, fallback, mostLayers),
    positive: (field, fallback) =>
      number(field, fallback, "a number above 0", (value) => Number.isFinite(value) && value > 0),
    share: (field, fallback) =>
      number(field, fallback, "a number in [0, 1)", (value) => value >= 0 && value < 1),
    index(field, fallback, of, rows) {
      const limit = wrong.has(of) ? Infinity : rows;
      return number(
        field,
        fallback,
        limit === Infinity
          ? "a whole number from 0"
          : `a whole number from 0 below ${of} (${rows})`,
        (value) => Number.isSafeInteger(value) && value >= 0 && value < limit,
      );
    },
    oneOf(field, choices, fallback) {
      const value = valueOf(field) ?? fallback;
      if (choices.includes(value as string)) return value as string;
      const hint = typeof value === "string" ? didYouMean(value, choices) : "";
      complain(field, choices.map((choice) => `"${choice}"`).join(" or ") + hint);
      return fallback;
    },
    texts(field, choices, length) {
      const value = valueOf(field) ?? undefined;
      if (value === undefined) return undefined;
      const fits = Array.isArray(value) && value.length === length &&
        value.every((each) => choices.includes(each));
      if (fits) return value;
      const names = choices.map((choice) => `"${choice}"`).join(" or ");
      complain(field, `a list of ${length} texts, each ${names}`);
    },
    flag(field, fallback) {
      const value = valueOf(field) ?? fallback;
      if (typeof value === "boolean") return value;
      complain(field, "true or false");
      return fallback;
    },
    ...conditions({ valueOf, complain, wrong }),
    wrong: complain,
    finish() {
      if (wrong.size > 0) {
        throw mistakes("weights", describesNot(file), [...wrong.values()], wrong.size);
      }
    },
  };
}

const describesNot = (file: string) => `${file} does not describe this model:`;

/** True for a whole number above zero. */
function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** What the conditions on fields are told by. */
interface Conditions {
  valueOf(field: string): unknown;
  complain(field: string, wants: string): void;
  /** The mistakes by field. */
  readonly wrong: Map<string, string>;
}

function conditions(
  { valueOf, complain, wrong }: Conditions,
): Pick<ConfigReader, "off" | "on" | "same" | "divides" | "exceeds"> {
  return {
    off(field) {
      if (valueOf(field) ?? false) complain(field, "false");
    },
    on(field) {
      if (valueOf(field) !== undefined && valueOf(field) !== true) complain(field, "true");
    },
    same(field, value, reason) {
      const given = valueOf(field) ?? value;
      if (given !== value && Number.isInteger(value)) {
        complain(field, reason === String(value) ? reason : `${value}: ${reason}`);
      }
    },
    divides(part, partValue, whole, wholeValue) {
      if (wrong.has(part) || wrong.has(whole) || wholeValue % partValue === 0) return;
      wrong.set(part, `${part} (${partValue}) does not divide ${whole} (${wholeValue})`);
    },
    exceeds(field, value, used, reason) {
      if (wrong.has(field) || value > used) return;
      wrong.set(field, `${field} is ${value}, but must be above ${used}: ${reason}`);
    },
  };
}
