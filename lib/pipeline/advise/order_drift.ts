/**
 * Whether rows change with time: a classifier that tells early ones from late ones, and what a probe of the early
 * ones is worth on the late ones.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import { ranksOf } from "../../metrics/ranks.ts";
import { normalErrors } from "../../serve/watch/accuracy/estimated_accuracy.ts";
import { crossValidateProbe, foldsOf, type MeanInterval, meanInterval } from "./cross_validated.ts";
import { itemScores, linearProbe, type ProbeItems } from "./probe.ts";

/** What changes with time. */
export interface OrderDrift {
  /** What the rows were ordered by: a column, or how they stand. */
  readonly order: string;
  /** The area under the ROC curve of early against late rows; 0.5 is chance. */
  readonly area: MeanInterval;
  /**
   * What a probe scores more on the late rows if it learned from rows of all times than if it learned from as many
   * early ones.
   */
  readonly loss: MeanInterval;
}

/** The part of the rows that counts as late where scores are compared, as a test on the future would. */
const lateShare = 0.3;

/**
 * Measures drift along an order.
 *
 * @param items in their order
 */
export function orderDrift(
  items: ProbeItems,
  { order, seed }: { readonly order: string; readonly seed: number },
): OrderDrift {
  return { order, area: areaOf(items, seed), loss: lossOf(items, seed) };
}

/** Cross-validated: every item is told by a classifier that has not seen it. */
function areaOf(items: ProbeItems, seed: number): MeanInterval {
  const half = items.rows.length / 2;
  const times = Array.from(items.rows, (_, at) => at < half ? "early" : "late");
  const timed: ProbeItems = { ...items, truth: { kind: "classes", values: times } };
  const { predicted, margins } = crossValidateProbe(linearProbe, timed, foldsOf(timed, seed));
  const lateness = Array.from(
    margins,
    (margin, at) => predicted[at] === "late" ? margin : -margin,
  );
  return rocArea(
    lateness.filter((_, at) => times[at] === "late"),
    lateness.filter((_, at) => times[at] === "early"),
  );
}

/** The same late items by two probes: one of early items, one of as many items of all times. */
function lossOf(items: ProbeItems, seed: number): MeanInterval {
  const all = [...items.rows.keys()];
  const cut = Math.round((1 - lateShare) * all.length);
  const [early, late] = [all.slice(0, cut), all.slice(cut)];
  const scoreOf = (known: readonly number[], asked: readonly number[]) =>
    itemScores(
      items.truth,
      asked,
      linearProbe.answers(items, known, asked).predicted,
    );
  const before = scoreOf(early, late);
  const { of, count } = foldsOf(items, seed);
  const random = Random.fromSeed(seed, "all times");
  const mixed = new Float64Array(late.length);
  for (let fold = 0; fold < count; fold++) {
    const asked = late.filter((at) => of[at] === fold);
    if (asked.length === 0) continue;
    const others = random.shuffle(all.filter((at) => of[at] !== fold)).slice(0, early.length);
    scoreOf(others, asked).forEach((score, i) => mixed[asked[i] - cut] = score);
  }
  return meanInterval(
    mixed.map((score, at) => score - before[at]),
    Int32Array.from(late, (at) => items.rows[at]),
  );
}

/**
 * The area under the ROC curve with its interval by the variance of DeLong, DeLong and Clarke-Pearson (1988).
 *
 * @param above scores of those that should score higher
 */
export function rocArea(above: readonly number[], below: readonly number[]): MeanInterval {
  const [n, m] = [above.length, below.length];
  const ranks = ranksOf([...above, ...below]);
  const [ownAbove, ownBelow] = [ranksOf(above), ranksOf(below)];
  // Of each one the share of the other side that it beats, ties as half.
  const beats = Float64Array.from(above, (_, i) => (ranks[i] - ownAbove[i]) / m);
  const beaten = Float64Array.from(below, (_, i) => 1 - (ranks[n + i] - ownBelow[i]) / n);
  const mean = beats.reduce((sum, each) => sum + each, 0) / n;
  const variance = (values: Float64Array) =>
    values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, values.length - 1);
  const half = normalErrors * Math.sqrt(variance(beats) / n + variance(beaten) / m);
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}
