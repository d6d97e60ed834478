/**
 * Integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365).
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, whole, wholeFrom0 } from "../../core/option_rules.ts";
import {
  completenessErrorOf,
  type Explained,
  type ExplainedVectors,
  type ExplainMethod,
  sumByFeature,
} from "./explained.ts";
import { gaussLegendre, type Quadrature } from "./gauss_legendre.ts";
import { pathQuadrature } from "./path_quadrature.ts";

/** How the path is followed. */
export interface IntegratedGradientsOptions {
  /**
   * Points on the path, spread as Gauss and Legendre's, as Captum does. Unless given 24 points stand where the model
   * changes its mind, which is more exact than Captum's 50; twice and four times as many where the values miss more
   * than a hundredth of what changes.
   */
  readonly steps?: number;
  /** Follows what the block of that number is given, from 0, in the place of the words. */
  readonly layer?: number;
}

const rules: Rules<IntegratedGradientsOptions> = { steps: whole, layer: wholeFrom0 };

/** Parts of the path at whose ends the model is asked before gradients are taken. */
const parts = 12;
const firstSteps = 24;
const mostSteps = 4 * firstSteps;
/** How much of all changes may be missing. */
const missing = 0.01;

/**
 * Explains by the gradients along the straight way from the baseline to the input, so that the values add up to the
 * target's change between the two: what is missing is the `completenessError`. The integral is taken by Gauss–Legendre
 * quadrature; with `steps` equals Captum's `LayerIntegratedGradients` on the word table, or on a block, with as many.
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
  const { steps, layer } = options;
  const method: ExplainMethod = {
    name: layer === undefined ? "integrated gradients" : `integrated gradients of block ${layer}`,
    settings: { ...options },
    async attribute(explained) {
      const path = { ...await explained.vectors(layer), explained, layer };
      const { units, completenessError } = steps === undefined
        ? await followed(path)
        : await exactly(steps, path);
      return { units, values: sumByFeature(units, explained), completenessError };
    },
  };
  return Object.freeze(method);
}

interface Path extends ExplainedVectors {
  readonly explained: Explained;
  readonly layer: number | undefined;
}

interface Integral {
  /** The values of tokens or pixels. */
  readonly units: Float64Array;
  readonly completenessError: number;
}

async function exactly(steps: number, path: Path): Promise<Integral> {
  const units = await integral(gaussLegendre(steps), path);
  return { units, completenessError: await completenessErrorOf(units, path.explained) };
}

/** Looks first where the model changes its mind, and takes more points until little is missing. */
async function followed(path: Path): Promise<Integral> {
  const ends = Float64Array.from({ length: parts + 1 }, (_, at) => at / parts);
  const sums = await path.explained.sums(pointsBetween(path, ends), path.layer);
  const change = sums[parts] - sums[0];
  const all = sums.slice(1).reduce((total, sum, at) => total + Math.abs(sum - sums[at]), 0);
  for (let count = firstSteps;; count *= 2) {
    const units = await integral(pathQuadrature(sums, count), path);
    const completenessError = units.reduce((a, b) => a + b, 0) - change;
    if (Math.abs(completenessError) <= missing * all || count >= mostSteps) {
      return { units, completenessError };
    }
  }
}

/** The mean gradient by the rule, times the way, added up by units. */
async function integral({ nodes, weights }: Quadrature, path: Path): Promise<Float64Array> {
  const { input, baseline, unitOf, explained, layer } = path;
  const mean = new Float64Array(input.length);
  await explained.gradients(pointsBetween(path, nodes), layer, (gradient, point) => {
    const weight = weights[point];
    for (let at = 0; at < mean.length; at++) mean[at] += weight * gradient[at];
  });
  const units = new Float64Array(explained.featureOf.length);
  mean.forEach((each, at) => units[unitOf(at)] += each * (input[at] - baseline[at]));
  return units;
}

/** Points on the straight way, one after the other, so that not all are there at once. */
function* pointsBetween(
  { input, baseline }: ExplainedVectors,
  nodes: Float64Array,
): Iterable<Float32Array> {
  for (const node of nodes) {
    yield baseline.map((start, at) => start + node * (input[at] - start));
  }
}
