/**
 * Shapley values of words and regions (Shapley 1953; Castro et al. 2009; Lundberg and Lee 2017, arXiv 1705.07874).
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { integer, type Rules, whole } from "../../core/option_rules.ts";
import { Random } from "../../core/random.ts";
import { completenessErrorOf, type Explained, type ExplainMethod } from "./explained.ts";

/** How they are found. */
export interface ShapleyOptions {
  /** Orders in which features are added, drawn at random; 25 unless given. */
  readonly permutations?: number;
  /** Chooses the orders; 0 unless given. */
  readonly seed?: number;
}

const rules: Rules<ShapleyOptions> = { permutations: whole, seed: integer };

/** As many as Captum's `ShapleyValueSampling` takes. */
const usualPermutations = 25;
/** 2 ** 12 inputs; with more features sets are never all asked. */
const mostEnumerated = 12;

/**
 * Explains by what each word or region adds to the target, in the mean over all orders in which they can be added. They
 * add up to the target's change. Where all sets of features are no more inputs than the permutations need, all are
 * asked and the values are exact, as Captum's `ShapleyValues` gives them; else they are a mean over random orders, as
 * its `ShapleyValueSampling`.
 *
 * Throws an error of kind "input" for options that make no sense.
 *
 * @example
 * ```ts
 * import { shapley } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(shapley({ permutations: 10 }).settings, { permutations: 10, seed: 0 });
 * ```
 */
export function shapley(options: ShapleyOptions = {}): ExplainMethod {
  checkOptions("shapley", options, rules);
  const { permutations = usualPermutations, seed = 0 } = options;
  const method: ExplainMethod = {
    name: "Shapley values",
    settings: { permutations, seed },
    async attribute(explained) {
      const { features } = explained;
      const isExact = features <= mostEnumerated && 2 ** features <= permutations * features + 2;
      const values = isExact
        ? await exactShapley(explained)
        : await sampledShapley(explained, randomOrders(features, permutations, seed));
      return { values, completenessError: await completenessErrorOf(values, explained) };
    },
  };
  return Object.freeze(method);
}

function randomOrders(features: number, permutations: number, seed: number): number[][] {
  const random = Random.fromSeed(seed, "shapley");
  return Array.from(
    { length: permutations },
    () => random.shuffle(Array.from({ length: features }, (_, feature) => feature)),
  );
}

/** The values by all sets of features. */
export async function exactShapley(
  { features, scores }: Pick<Explained, "features" | "scores">,
): Promise<Float64Array> {
  const sets = 2 ** features;
  const found = await scores(
    Array.from(
      { length: sets },
      (_, set) => Uint8Array.from({ length: features }, (_, feature) => set >> feature & 1),
    ),
  );
  // A set of that size comes before a feature in so many of all orders.
  const shareOf = new Float64Array(features);
  shareOf[0] = 1 / features;
  for (let size = 1; size < features; size++) {
    shareOf[size] = shareOf[size - 1] * size / (features - size);
  }
  const values = new Float64Array(features);
  for (let set = 0; set < sets; set++) {
    const size = bitsOf(set);
    for (let feature = 0; feature < features; feature++) {
      if (set >> feature & 1) continue;
      values[feature] += shareOf[size] * (found[set | 1 << feature].sum - found[set].sum);
    }
  }
  return values;
}

function bitsOf(set: number): number {
  let bits = 0;
  for (let rest = set; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}

/** The mean over the given orders of what each feature adds to those before it. */
export async function sampledShapley(
  { features, scores }: Pick<Explained, "features" | "scores">,
  orders: readonly (readonly number[])[],
): Promise<Float64Array> {
  const masks = orders.flatMap((order) => {
    const mask = new Uint8Array(features);
    return order.map((feature) => {
      mask[feature] = 1;
      return mask.slice();
    });
  });
  const [none, ...found] = await scores([new Uint8Array(features), ...masks]);
  const values = new Float64Array(features);
  orders.forEach((order, at) =>
    order.forEach((feature, place) => {
      const before = place === 0 ? none : found[at * features + place - 1];
      values[feature] += (found[at * features + place].sum - before.sum) / orders.length;
    })
  );
  return values;
}
