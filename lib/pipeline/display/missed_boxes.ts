/**
 * What a detector missed, and what it found where nothing is.
 *
 * @module
 */
import { boxOverlap } from "../../metrics/boxes/box_overlap.ts";
import type { ScoredBox, TrueBox } from "../../nn/box_predictions.ts";

/** A found box is one of the true ones from this overlap on, PASCAL VOC's. */
export const leastOverlap = 0.5;
/** A box is found from this score on, as `predict` tells it unless asked otherwise. */
export const leastScore = 0.5;

/**
 * The true boxes that nothing was found for, and the found ones that are no true box of their class; what is found
 * in a crowd is neither.
 */
export function missedAndExtra(
  truth: readonly TrueBox[],
  predicted: readonly ScoredBox[],
): { readonly missed: readonly TrueBox[]; readonly extra: readonly ScoredBox[] } {
  const crowds = truth.filter(({ isCrowd }) => isCrowd);
  const missed = truth.filter(({ isCrowd }) => !isCrowd);
  const found = predicted.filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score);
  const extra = found.filter(({ box, label }) => {
    const own = missed.filter((other) => other.label === label)
      .map((other) => ({ other, overlap: boxOverlap(box, other.box) }))
      .filter(({ overlap }) => overlap >= leastOverlap)
      .sort((a, b) => b.overlap - a.overlap).at(0);
    if (own) missed.splice(missed.indexOf(own.other), 1);
    const isInCrowd = crowds.some((crowd) =>
      crowd.label === label && boxOverlap(box, crowd.box, true) >= leastOverlap
    );
    return own === undefined && !isInCrowd;
  });
  return { missed, extra };
}
