/**
 * A method that would be larger than the model is a slip of the hand, and is refused before its numbers
 * are made.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { sizeOf } from "../engine/mod.ts";
import type { AttachedMethod, Method } from "./method.ts";

/** So many numbers, 256 MB of float32 and four times that in training, are never too many. */
const neverTooMany = 2 ** 26;
const bytesPerNumber = 4;

/** Throws an error of kind "input" for a method that adds more numbers than the model has. */
export function checkMethodSize(
  { method, settings }: Pick<Method, "method" | "settings">,
  { parameters, frozen = [] }: Pick<AttachedMethod, "parameters" | "frozen">,
  modelNumbers: number,
): void {
  const added = numbersIn(parameters) + numbersIn(frozen);
  if (added <= Math.max(modelNumbers, neverTooMany)) return;
  const [largest] = Object.entries(settings)
    .filter((entry): entry is [string, number] => typeof entry[1] === "number")
    .sort(([, a], [, b]) => b - a);
  const gigabytes = added * bytesPerNumber / 1e9;
  throw new TunebookError(
    "input",
    `${method} would add ${added.toLocaleString("en")} numbers ` +
      `(${gigabytes.toLocaleString("en", { maximumFractionDigits: 1 })} GB) to a model of ` +
      `${modelNumbers.toLocaleString("en")}` +
      (largest ? `; ${largest[0]} is ${largest[1]}: take a smaller one` : ""),
  );
}

/** How many numbers tensors have together. */
export function numbersIn(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
