/**
 * LIME: a linear model of the target around one input (Ribeiro et al. 2016, arXiv 1602.04938).
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { integer, positive, type Rules, whole } from "../../core/option_rules.ts";
import { Random } from "../../core/random.ts";
import type { Explained, ExplainMethod } from "./explained.ts";
import { weightedRidge } from "./weighted_ridge.ts";

/** How the linear model is fitted. */
export interface LimeOptions {
  /** Inputs with features left out by chance; 200 unless given. */
  readonly samples?: number;
  /** How near to the input samples count, in cosine distance; 0.25 unless given. */
  readonly width?: number;
  /** The penalty on the weights, as `alpha` of a ridge regression; 1 unless given. */
  readonly alpha?: number;
  /** Chooses the samples; 0 unless given. */
  readonly seed?: number;
}

const rules: Rules<LimeOptions> = {
  samples: whole,
  width: positive,
  alpha: positive,
  seed: integer,
};

const usualSamples = 200;
/** That of LIME's explainer of texts: 25 of distances times 100. */
const usualWidth = 0.25;

/**
 * Explains by the weights of a linear model that says the target of the input with some words or regions left out; what
 * is near to the input counts most. Features are kept or left out by the toss of a coin, the first sample is the whole
 * input, and distances are those of LIME's explainer of texts. Equals Captum's `LimeBase` with the same samples.
 *
 * Throws an error of kind "input" for options that make no sense.
 *
 * @example
 * ```ts
 * import { lime } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(lime({ samples: 100 }).settings.samples, 100);
 * ```
 */
export function lime(options: LimeOptions = {}): ExplainMethod {
  checkOptions("lime", options, rules);
  const { samples = usualSamples, width = usualWidth, alpha = 1, seed = 0 } = options;
  const method: ExplainMethod = {
    name: "LIME",
    settings: { samples, width, alpha, seed },
    async attribute(explained) {
      const random = Random.fromSeed(seed, "lime");
      const masks = Array.from(
        { length: samples },
        (_, sample) =>
          Uint8Array.from(
            { length: explained.features },
            () => sample === 0 || random.uniform() < 1 / 2 ? 1 : 0,
          ),
      );
      return { values: await limeWeights(explained, masks, { width, alpha }) };
    },
  };
  return Object.freeze(method);
}

/** The weights of the linear model for given samples. */
export async function limeWeights(
  { scores }: Pick<Explained, "scores">,
  masks: readonly Uint8Array[],
  { width, alpha }: { readonly width: number; readonly alpha: number },
): Promise<Float64Array> {
  const found = await scores(masks);
  return weightedRidge(
    masks,
    found.map(({ sum }) => sum),
    masks.map((mask) => nearness(mask, width)),
    alpha,
  );
}

/** √exp(−d² / width²), d being one minus the cosine between what is kept and the whole. */
function nearness(mask: Uint8Array, width: number): number {
  const kept = mask.reduce((sum, each) => sum + each, 0);
  const distance = 1 - Math.sqrt(kept / mask.length);
  return Math.exp(-(distance ** 2) / (2 * width ** 2));
}
