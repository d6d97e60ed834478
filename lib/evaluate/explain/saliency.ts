/**
 * Saliency: the size of the gradient (Simonyan et al. 2013, arXiv 1312.6034).
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import { type ExplainMethod, sumByFeature } from "./explained.ts";

/**
 * Explains by how strongly the target would change with each token's vector or each pixel: the Euclidean norm of the
 * gradient. It has no sign, and adds up to nothing. Equals the norm of what Captum's `Saliency` gives.
 *
 * @example
 * ```ts
 * import { saliency } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(saliency().name, "saliency");
 * ```
 */
export function saliency(): ExplainMethod {
  takesNoOptions("saliency", arguments);
  const method: ExplainMethod = {
    name: "saliency",
    settings: {},
    async attribute(explained) {
      const { input, unitOf } = await explained.vectors(undefined);
      const units = new Float64Array(explained.featureOf.length);
      await explained.gradients(
        [input],
        undefined,
        (gradient) => gradient.forEach((each, at) => units[unitOf(at)] += each * each),
      );
      for (let unit = 0; unit < units.length; unit++) units[unit] = Math.sqrt(units[unit]);
      return { units, values: sumByFeature(units, explained) };
    },
  };
  return Object.freeze(method);
}
