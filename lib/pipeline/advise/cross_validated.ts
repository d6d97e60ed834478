/**
 * Probes that are asked about items of which they have seen none.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import { percentiles, resampledRows } from "../compare/score_interval.ts";
import { itemScores, type Probe, type ProbeItems } from "./probe.ts";

/** Items by their fold. */
export interface Folds {
  readonly count: number;
  /** The fold of each item. */
  readonly of: Int32Array;
}

/** What a probe reaches in cross-validation. */
export interface CrossValidated {
  readonly probe: string;
  readonly predicted: readonly (string | number)[];
  readonly margins: Float64Array;
  /** The score of each item. */
  readonly scores: Float64Array;
}

/** A mean of items with its 95 % interval over other rows. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const folds = 5;
const resamples = 1000;

/**
 * Five folds of whole rows, drawn by a seed, in which each class has its share as far as rows allow it. Rows of one
 * group are in one fold.
 *
 * @param groups the group of each row; each row by itself unless given
 */
export function foldsOf(
  { rows, truth }: ProbeItems,
  seed: number,
  groups?: readonly unknown[],
): Folds {
  const groupOf = (row: number): unknown => groups ? groups[row] : row;
  const first = new Map<unknown, unknown>();
  rows.forEach((row, at) => {
    if (!first.has(groupOf(row))) {
      first.set(groupOf(row), truth.kind === "classes" ? truth.values[at] : undefined);
    }
  });
  const drawn = Random.fromSeed(seed, "folds").shuffle([...first.keys()]);
  const byClass = [...Map.groupBy(drawn, (group) => first.get(group)).values()].flat();
  const foldOf = new Map(byClass.map((group, at) => [group, at % folds]));
  return { count: folds, of: Int32Array.from(rows, (row) => foldOf.get(groupOf(row))!) };
}

/**
 * Asks a probe about each fold after it has learned from the others, or from a share of their rows.
 */
export function crossValidateProbe(
  probe: Probe,
  items: ProbeItems,
  { of, count }: Folds,
  share = 1,
): CrossValidated {
  const all = [...of.keys()];
  const predicted: (string | number)[] = Array(all.length);
  const margins = new Float64Array(all.length);
  for (let fold = 0; fold < count; fold++) {
    const asked = all.filter((at) => of[at] === fold);
    const others = all.filter((at) => of[at] !== fold);
    if (asked.length === 0) continue;
    const known = someOf(others, items.rows, share);
    const answers = probe.answers(items, known, asked);
    asked.forEach((at, i) => {
      predicted[at] = answers.predicted[i];
      margins[at] = answers.margins[i];
    });
  }
  return {
    probe: probe.name,
    predicted,
    margins,
    scores: itemScores(items.truth, all, predicted),
  };
}

/** The mean of items, and where it lies for other rows, by drawing rows with replacement. */
export function meanInterval(scores: Float64Array, rows: Int32Array): MeanInterval {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const byRow = new Map<number, { sum: number; count: number }>();
  scores.forEach((score, at) => {
    const own = byRow.get(rows[at]) ?? { sum: 0, count: 0 };
    own.sum += score;
    own.count++;
    byRow.set(rows[at], own);
  });
  const own = [...byRow.values()];
  const random = Random.fromSeed(1, "mean of items");
  const drawn = Array.from({ length: resamples }, () => {
    let [sum, count] = [0, 0];
    for (const row of resampledRows(random, own.length)) {
      sum += own[row].sum;
      count += own[row].count;
    }
    return sum / count;
  });
  return { mean, ...percentiles(drawn) };
}

/** A share of items, by whole rows, the same for the same items. */
function someOf(items: readonly number[], rows: Int32Array, share: number): readonly number[] {
  if (share === 1) return items;
  const distinct = Random.fromSeed(1, "part").shuffle([...new Set(items.map((at) => rows[at]))]);
  const chosen = new Set(distinct.slice(0, Math.max(1, Math.round(share * distinct.length))));
  return items.filter((at) => chosen.has(rows[at]));
}
