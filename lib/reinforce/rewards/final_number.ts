/**
 * The number that a worked answer ends with.
 *
 * @module
 */
import { type ExactNumber, exactNumbersIn } from "./exact_number.ts";

/**
 * The last number in the last `\boxed{…}`; else the first one behind the last `####`, as the answers of
 * GSM8K (Cobbe et al. 2021) have it; else the last number of the text. `undefined` where there is none.
 *
 * @example
 * ```ts
 * import { finalNumber } from "./final_number.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(finalNumber("2 + 3 = 5, so #### 5 apples of 9"), { numerator: 5n, denominator: 1n });
 * assert.deepEqual(finalNumber(String.raw`\boxed{\frac{1}{2}}, not 3`), { numerator: 1n, denominator: 2n });
 * assert.equal(finalNumber("I do not know."), undefined);
 * ```
 */
export function finalNumber(text: string): ExactNumber | undefined {
  const boxed = lastBox(text);
  if (boxed !== undefined) return exactNumbersIn(withoutSpacing(boxed)).at(-1);
  const marked = text.lastIndexOf("####");
  if (marked >= 0) {
    return exactNumbersIn(text.slice(marked + 4).trimStart().split("\n", 1)[0]).at(0);
  }
  return exactNumbersIn(text).at(-1);
}

/** What stands in the last box of TeX that is closed. */
function lastBox(text: string): string | undefined {
  const opening = /\\(?:boxed|fbox)\s*\{/g;
  const found = text.matchAll(opening).toArray().at(-1);
  if (found === undefined) return undefined;
  const begin = found.index + found[0].length;
  let depth = 1;
  for (let at = begin; at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return text.slice(begin, at);
  }
  return undefined;
}

/** TeX's ways to write a thousands separator and narrow spaces. */
function withoutSpacing(text: string): string {
  return text.replaceAll("{,}", ",").replace(/\\[!,;: ]/g, "");
}
