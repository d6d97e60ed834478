/**
 * Input × gradient (Shrikumar et al. 2016, arXiv 1605.01713).
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import { type ExplainMethod, sumByFeature } from "./explained.ts";

/**
 * Explains by the gradient times what it is taken by, the token's vector or the pixel: how much a linear model with
 * these gradients would owe to each. Equals Captum's `InputXGradient`.
 *
 * @example
 * ```ts
 * import { inputTimesGradient } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(inputTimesGradient().name, "input × gradient");
 * ```
 */
export function inputTimesGradient(): ExplainMethod {
  takesNoOptions("inputTimesGradient", arguments);
  const method: ExplainMethod = {
    name: "input × gradient",
    settings: {},
    async attribute(explained) {
      const { input, unitOf } = await explained.vectors(undefined);
      const units = new Float64Array(explained.featureOf.length);
      await explained.gradients(
        [input],
        undefined,
        (gradient) => gradient.forEach((each, at) => units[unitOf(at)] += each * input[at]),
      );
      return { units, values: sumByFeature(units, explained) };
    },
  };
  return Object.freeze(method);
}
