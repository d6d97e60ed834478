/**
 * What a trial tries, in words.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import type { Dimension } from "../../search/space/dimension.ts";
import { isMethod } from "../check_stages.ts";

const digits = 3;

/** The settings that vary, in the order of the space: `learning rate` and `0.00032`. */
export function describedSettings(
  suggestion: unknown,
  dimensions: readonly Dimension[],
): readonly (readonly [name: string, value: string])[] {
  const varied = new Set(dimensions.map(({ name }) => /^\w+/.exec(name)?.[0]));
  return entriesOf(suggestion).filter(([name]) => varied.has(name)).map(([name, value]) => [
    inWords(name),
    name === "method" ? describedMethod(value) : shown(value),
  ]);
}

/** The same in one line: `method lora rank 16, learning rate 0.00032`. */
export function describeSuggestion(
  suggestion: unknown,
  dimensions: readonly Dimension[],
): string {
  return describedSettings(suggestion, dimensions).map((each) => each.join(" ")).join(", ");
}

/** A method's name with what was given to it. */
function describedMethod(value: unknown): string {
  // The settings of a method that is no parameter itself are the same in all trials.
  if (isMethod(value)) return value.method;
  const { name, ...options } = isRecord(value) ? value : { name: value };
  const words = entriesOf(options).map(([option, each]) => `${inWords(option)} ${shown(each)}`);
  return [name, ...words].join(" ");
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/** `learningRate` → `learning rate`. */
function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function shown(value: unknown): string {
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(digits)));
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
