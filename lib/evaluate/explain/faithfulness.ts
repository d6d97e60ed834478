/**
 * How far an explanation says what the model does: comprehensiveness and sufficiency (ERASER, DeYoung et al. 2020,
 * arXiv 1911.03429), and infidelity (Yeh et al. 2019, arXiv 1901.09392).
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { Explained } from "./explained.ts";

/** Measures of an explanation. */
export interface Faithfulness {
  /**
   * How much of the probability is lost without the highest values, the mean over the highest 1, 5, 10, 20 and 50 % of
   * features, one at least. Higher is better.
   */
  readonly comprehensiveness: number;
  /** How much is lost where only these are left. Lower is better. */
  readonly sufficiency: number;
  /**
   * The mean squared difference between what values say of features that are left out by chance and what happens to the
   * target, the values being scaled as fits best, so that methods compare. Lower is better.
   */
  readonly infidelity: number;
}

/** The bins of ERASER. */
const shares = [0.01, 0.05, 0.1, 0.2, 0.5];
const drawnMasks = 32;

/** Measures values [features] of an input. */
export async function faithfulnessOf(
  values: Float64Array,
  explained: Pick<Explained, "features" | "scores">,
): Promise<Faithfulness> {
  const { features, scores } = explained;
  const ranked = Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
  const counts = shares.map((share) => Math.max(1, Math.round(share * features)));
  const random = Random.fromSeed(0, "infidelity");
  const drawn = Array.from(
    { length: drawnMasks },
    () => Uint8Array.from({ length: features }, () => random.uniform() < 1 / 2 ? 1 : 0),
  );
  const masks = [
    new Uint8Array(features).fill(1),
    ...counts.map((count) => maskOf(ranked.slice(count), features)),
    ...counts.map((count) => maskOf(ranked.slice(0, count), features)),
    ...drawn,
  ];
  const [whole, ...found] = await scores(masks);
  const lost = (from: number) =>
    counts.reduce((sum, _, at) => sum + whole.probability - found[from + at].probability, 0) /
    counts.length;
  const changes = found.slice(2 * counts.length).map(({ sum }) => whole.sum - sum);
  return {
    comprehensiveness: lost(0),
    sufficiency: lost(counts.length),
    infidelity: infidelityOf(values, drawn, changes),
  };
}

/** Captum's `infidelity` with `normalize=True`, for inputs with features left out and what the target lost by it. */
export function infidelityOf(
  values: ArrayLike<number>,
  masks: readonly Uint8Array[],
  changes: readonly number[],
): number {
  const said = masks.map((mask) =>
    mask.reduce((sum, isThere, feature) => isThere ? sum : sum + values[feature], 0)
  );
  const mean = (of: (at: number) => number) =>
    masks.reduce((sum, _, at) => sum + of(at), 0) / masks.length;
  const square = mean((at) => said[at] ** 2);
  const scale = square === 0 ? 1 : mean((at) => said[at] * changes[at]) / square;
  return mean((at) => (scale * said[at] - changes[at]) ** 2);
}

function maskOf(present: readonly number[], features: number): Uint8Array {
  const mask = new Uint8Array(features);
  for (const feature of present) mask[feature] = 1;
  return mask;
}
