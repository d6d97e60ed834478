/**
 * Integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365).
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, whole, wholeFrom0 } from "../../core/option_rules.ts";
import { completenessErrorOf, type ExplainMethod, sumByFeature } from "./explained.ts";
import { gaussLegendre } from "./gauss_legendre.ts";

/** How the path is followed. */
export interface IntegratedGradientsOptions {
  /** Points on the path; 50 unless given. */
  readonly steps?: number;
  /** Follows what the block of that number is given, from 0, in the place of the words. */
  readonly layer?: number;
}

const rules: Rules<IntegratedGradientsOptions> = { steps: whole, layer: wholeFrom0 };

/** As many as Captum takes. */
const usualSteps = 50;

/**
 * Explains by the gradients along the straight way from the baseline to the input, so that the values add up to the
 * target's change between the two: what is missing is the `completenessError`. The integral is taken by Gauss–Legendre
 * quadrature. Equals Captum's `LayerIntegratedGradients` on the word table, or on a block.
 *
 * Throws an error of kind "input" for options that make no sense.
 *
 * @example
 * ```ts
 * import { integratedGradients } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(integratedGradients({ steps: 20 }).settings, { steps: 20 });
 * assert.throws(() => integratedGradients({ steps: 0 }), /steps/);
 * ```
 */
export function integratedGradients(options: IntegratedGradientsOptions = {}): ExplainMethod {
  checkOptions("integratedGradients", options, rules);
  const { steps = usualSteps, layer } = options;
  const method: ExplainMethod = {
    name: layer === undefined ? "integrated gradients" : `integrated gradients of block ${layer}`,
    settings: { steps, ...(layer === undefined ? {} : { layer }) },
    async attribute(explained) {
      const { input, baseline, unitOf } = await explained.vectors(layer);
      const { nodes, weights } = gaussLegendre(steps);
      const mean = new Float64Array(input.length);
      await explained.gradients(pointsBetween(baseline, input, nodes), layer, (gradient, point) => {
        const weight = weights[point];
        for (let at = 0; at < mean.length; at++) mean[at] += weight * gradient[at];
      });
      const units = new Float64Array(explained.featureOf.length);
      mean.forEach((each, at) => units[unitOf(at)] += each * (input[at] - baseline[at]));
      return {
        units,
        values: sumByFeature(units, explained),
        completenessError: await completenessErrorOf(units, explained),
      };
    },
  };
  return Object.freeze(method);
}

/** Points on the straight way, one after the other, so that not all are there at once. */
function* pointsBetween(
  from: Float32Array,
  to: Float32Array,
  nodes: Float64Array,
): Iterable<Float32Array> {
  for (const node of nodes) {
    yield from.map((start, at) => start + node * (to[at] - start));
  }
}
