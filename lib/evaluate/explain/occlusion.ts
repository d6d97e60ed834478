/**
 * Occlusion: what is lost with a word or a region (Zeiler and Fergus 2014, arXiv 1311.2901).
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import type { ExplainMethod } from "./explained.ts";

/**
 * Explains by leaving out one word or region at a time: the target of the whole input minus that without it. Equals
 * Captum's `FeatureAblation`.
 *
 * @example
 * ```ts
 * import { occlusion } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(occlusion().name, "occlusion");
 * ```
 */
export function occlusion(): ExplainMethod {
  takesNoOptions("occlusion", arguments);
  const method: ExplainMethod = {
    name: "occlusion",
    settings: {},
    async attribute({ features, scores }) {
      const masks = Array.from({ length: features + 1 }, (_, left) => {
        const mask = new Uint8Array(features).fill(1);
        if (left < features) mask[left] = 0;
        return mask;
      });
      const found = await scores(masks);
      const { sum } = found[features];
      return {
        values: Float64Array.from(found.slice(0, features), (without) => sum - without.sum),
      };
    },
  };
  return Object.freeze(method);
}
