/**
 * How many labels are wrong, by the rows on which a classifier is surest.
 *
 * @module
 */
import type { ShareInterval } from "../../serve/watch/accuracy/estimated_accuracy.ts";
import { measuredAccuracy } from "../../serve/watch/accuracy/estimated_accuracy.ts";

/** What a classifier that has not seen a row says of it. */
export interface ClassifiedRow {
  /** The number of the row. */
  readonly row: number;
  readonly label: string;
  /** The likeliest class. */
  readonly predicted: string;
  /** How much likelier it is than the next one, as a logarithm. */
  readonly margin: number;
}

/** The estimate. */
export interface LabelNoise {
  /** The share of wrong labels, with its 95 % interval. */
  readonly share: ShareInterval;
  /** Rows on which the classifier is sure and the label is another, the surest first. */
  readonly rows: readonly ClassifiedRow[];
}

/** Of the rows that are taken for each class, the part on which the classifier is surest. */
const sureShare = 0.2;

/**
 * Where a classifier is surest it hardly errs, whatever share of its labels was wrong: these rows' own labels then
 * say how many are (anchor points: Liu and Tao, "Classification with noisy labels by importance reweighting",
 * IEEE TPAMI 38, 2016, arXiv 1411.7718). Rows on which people would disagree count as wrong, too.
 */
export function labelNoise(rows: readonly ClassifiedRow[]): LabelNoise {
  const sure = [...Map.groupBy(rows, ({ predicted }) => predicted).values()].flatMap((own) =>
    own.toSorted((a, b) => b.margin - a.margin).slice(0, Math.ceil(sureShare * own.length))
  );
  const wrong = sure.filter(({ label, predicted }) => label !== predicted);
  return {
    share: measuredAccuracy(wrong.length, sure.length),
    rows: wrong.toSorted((a, b) => b.margin - a.margin),
  };
}
