/**
 * Other numbers.
 *
 * @module
 */
import { found, type Perturbation, pick, replaced, unlessSame } from "./perturbation.ts";

/**
 * Replaces a whole number by another one of as many digits; years, prices and times stay what they look like.
 *
 * @example
 * ```ts
 * import { Random, swapNumbers } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.match(swapNumbers().apply("since 1998", Random.fromSeed(1))!, /^since [1-9]\d{3}$/);
 * ```
 */
export function swapNumbers(): Perturbation {
  return {
    name: "numbers",
    apply(text, random) {
      const places = found(text, /\d+/g);
      if (places.length === 0) return undefined;
      const place = pick(places, random);
      const digits = [...place.text].map((digit, at) =>
        at === 0 && digit !== "0" ? String(1 + random.integer(9)) : String(random.integer(10))
      ).join("");
      const last = Number(place.text.at(-1));
      // The same number by chance: its last digit goes one further, and never becomes a leading 0.
      const other = digits === place.text ? digits.slice(0, -1) + (last % 9 + 1) : digits;
      return unlessSame(text, replaced(text, place, other));
    },
  };
}
