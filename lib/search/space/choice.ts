/**
 * One of several values that a search tries.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { TunebookError } from "../../core/errors.ts";
import { type ChoiceParameter, type Suggested, suggests } from "./parameter.ts";

/**
 * One of several values of any type. Plain objects and lists among them may hold parameters of their own,
 * which vary only where that value is chosen.
 *
 * @throws {TunebookError} of kind `input` where there is no value, or the same one twice: methods and lists are the
 * same where all in them is.
 *
 * @example
 * ```ts
 * import { choice, float, int, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = {
 *   method: choice({ name: "lora", rank: int(2, 64, { log: true }) }, { name: "head" }),
 *   dropout: choice(false, float(0.05, 0.5)),
 * };
 * const search = startSearch(space, { better: "higher", sampler: randomSearch(), seed: 1 });
 * const { method, dropout } = search.ask()!.suggestion;
 * if (method.name === "lora") assert.ok(method.rank >= 2);
 * assert.ok(dropout === false || dropout >= 0.05);
 * ```
 */
export function choice<const Values extends readonly unknown[]>(
  ...values: Values
): ChoiceParameter<Suggested<Values[number]>> {
  if (values.length === 0) {
    throw new TunebookError("input", "choice takes one value or more, but got none");
  }
  const twice = values.findIndex((value, at) =>
    values.slice(0, at).some((before) => isDeepStrictEqual(before, value))
  );
  if (twice >= 0) {
    throw new TunebookError(
      "input",
      `choice got the same value twice, the last time as value ${twice + 1}`,
    );
  }
  return Object.freeze({
    [suggests]: undefined as never,
    kind: "choice",
    values: Object.freeze([...values]),
  });
}
