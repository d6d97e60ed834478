/**
 * What the methods of task vectors share: each model's change of the base is thinned out, those that agree
 * are summed, and the sum is added to the base.
 *
 * @module
 */
import type { MergeMethod, TensorGroup } from "../merge_method.ts";
import { addBase, differences } from "../weighted_sum.ts";
import { agreesWithMost } from "./sign_consensus.ts";
import { type Rescale, sparse, type Sparsifier } from "./sparsify.ts";

/** A method of this kind. */
export interface SumOfChanges {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Which elements are kept; all of them without it. */
  readonly sparsify?: Sparsifier | undefined;
  readonly density: number;
  readonly rescale: Rescale;
  /** Sum only what has the sign of the whole sum. */
  readonly consensus: boolean;
  /** Divide by the sum of the weights that went into each element. */
  readonly normalize: boolean;
  /** What the sum is multiplied by. */
  readonly lambda: number;
}

/** Below this a sum of all weights divides nothing, as in mergekit. */
const smallestWeight = 1e-8;

/** The method that adds up the changes so. */
export function sumOfChanges(method: SumOfChanges): MergeMethod {
  return {
    name: method.name,
    settings: method.settings,
    base: "required",
    models: { least: 1, most: Infinity },
    weighted: true,
    merge: (group) => addBase(summed(thinned(group, method), group.weights, method), group.base),
  };
}

function thinned(
  { base, tensors, shape, random }: TensorGroup,
  { sparsify, density, rescale }: SumOfChanges,
): readonly Float32Array[] {
  const changes = differences(tensors, base);
  if (!sparsify || density === 1) return changes;
  return changes.map((change) => sparse(change, sparsify(change, shape, random), rescale, density));
}

function summed(
  changes: readonly Float32Array[],
  weights: readonly number[],
  { consensus, normalize, lambda }: SumOfChanges,
): Float32Array {
  const all = weights.reduce((total, weight) => total + weight, 0);
  const sum = new Float32Array(changes[0].length);
  const weighted = new Array<number>(changes.length);
  for (let at = 0; at < sum.length; at++) {
    for (let model = 0; model < changes.length; model++) {
      weighted[model] = Math.fround(Math.fround(weights[model]) * changes[model][at]);
    }
    let [total, divisor] = [0, Math.abs(all) < smallestWeight ? 1 : all];
    if (consensus) {
      const agrees = agreesWithMost(weighted);
      divisor = 0;
      agrees.forEach((does, model) => {
        if (!does) return;
        total += weighted[model];
        divisor += weights[model];
      });
      if (divisor === 0) divisor = 1;
    } else {
      for (const each of weighted) total += each;
    }
    sum[at] = lambda * (normalize ? total / divisor : total);
  }
  return sum;
}
