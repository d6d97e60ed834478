/**
 * How many labels are wrong, by the rows on which a classifier is surest.
 *
 * @module
 */
import { normalErrors, type ShareInterval } from "../../serve/watch/accuracy/estimated_accuracy.ts";
import { wilsonInterval } from "../../core/wilson_interval.ts";

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

/** Of the rows that are taken for each class, the part on which the classifier is surer. */
const sureShare = 0.5;

/**
 * Where a classifier is surest it hardly errs, whatever share of its labels was wrong: these rows' own labels then
 * say how many are (anchor points: Liu and Tao, "Classification with noisy labels by importance reweighting",
 * IEEE TPAMI 38, 2016, arXiv 1411.7718). Since a weak classifier errs there as well, the share is read off at the
 * surest end of a straight line through the surer half of the rows, whose errors grow with doubt; errors that do not
 * are the labels' own. Rows on which people would disagree count as wrong, too.
 */
export function labelNoise(rows: readonly ClassifiedRow[]): LabelNoise {
  const sure = [...Map.groupBy(rows, ({ predicted }) => predicted).values()].flatMap((own) => {
    const ordered = own.toSorted((a, b) => b.margin - a.margin);
    const count = Math.ceil(sureShare * ordered.length);
    return ordered.slice(0, count).map((row, at) => ({ row, doubt: (at + 0.5) / count }));
  });
  const wrong = sure.filter(({ row: { label, predicted } }) => label !== predicted);
  return {
    share: shareAtNoDoubt(sure.map(({ row, doubt }) => ({
      doubt,
      isWrong: Number(row.label !== row.predicted),
    }))),
    rows: wrong.map(({ row }) => row).toSorted((a, b) => b.margin - a.margin),
  };
}

/** Where the line of errors over doubt begins; their mean where errors do not grow with doubt. */
function shareAtNoDoubt(
  rows: readonly { readonly doubt: number; readonly isWrong: number }[],
): ShareInterval {
  const count = rows.length;
  const mean = (of: (row: typeof rows[number]) => number) =>
    rows.reduce((sum, row) => sum + of(row), 0) / count;
  const wrong = mean(({ isWrong }) => isWrong);
  const doubt = mean((row) => row.doubt);
  const spread = mean((row) => (row.doubt - doubt) ** 2);
  const slope = mean((row) => (row.doubt - doubt) * (row.isWrong - wrong)) / spread;
  if (!(slope > 0)) return wilsonInterval(wrong * count, count);
  const share = Math.max(0, wrong - slope * doubt);
  const variance = wrong * (1 - wrong) / count * (1 + doubt ** 2 / spread);
  const half = normalErrors * Math.sqrt(variance);
  return {
    mean: share,
    low: Math.max(0, share - half),
    high: Math.min(1, share + half),
    rows: count,
  };
}
