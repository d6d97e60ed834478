/**
 * The flags of the plans in this folder.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { TunebookError } from "../mod.ts";

/**
 * How much of the data a plan takes, all unless given, how long and how large it trains.
 *
 * @param counted the flag that says how much, without its dashes
 * @param sizes by name, the first unless `--size` names another one
 * @param epochs passes unless `--epochs` says so
 * @throws TunebookError of the kind "input", with the flag
 */
export function planFlags<Size>(
  counted: string,
  sizes: Readonly<Record<string, Size>>,
  epochs: number,
): { count: number | undefined; epochs: number; size: Size } {
  const names = Object.keys(sizes);
  const { values } = parseArgs({
    options: {
      [counted]: { type: "string" },
      epochs: { type: "string", default: String(epochs) },
      size: { type: "string", default: names[0] },
    },
  });
  const given = values as Record<string, string | undefined>;
  const size = given.size!;
  if (!names.includes(size)) {
    throw new TunebookError("input", `--size is ${names.join(" or ")}, not ${size}`);
  }
  return {
    count: given[counted] === undefined ? undefined : wholeNumber(`--${counted}`, given[counted]),
    epochs: numberOf("--epochs", given.epochs!),
    size: sizes[size],
  };
}

function wholeNumber(flag: string, value: string): number {
  const number = numberOf(flag, value);
  if (Number.isInteger(number)) return number;
  throw new TunebookError("input", `${flag} is a whole number, not ${value}`);
}

function numberOf(flag: string, value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new TunebookError("input", `${flag} is a number above 0, not ${value}`);
}
