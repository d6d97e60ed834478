/**
 * The scores of each class of a segmentation.
 *
 * @module
 */
import { percent } from "../../core/percent.ts";
import { type Html, htmlTable, shareBar } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visible } from "../../core/visible.ts";
import { dice } from "../../metrics/dice.ts";
import { countsOfSums, pixelStatistics } from "../../metrics/masks/pixel_counts.ts";
import { sumOfRows } from "../../metrics/additive_metric.ts";
import { meanIou } from "../../metrics/mean_iou.ts";
import { pixelAccuracy } from "../../metrics/pixel_accuracy.ts";
import type { MaskPredictions } from "../../nn/mask_predictions.ts";

/** So many classes are shown, those with the lowest IoU. */
const mostShown = 30;
const digits = 3;

/** A class with its scores; NaN where one is not defined. */
interface ClassRow {
  readonly label: string;
  /** The share of the true pixels that have the class. */
  readonly share: number;
  readonly iou: number;
  readonly dice: number;
  /** The share of the class's own pixels that are right. */
  readonly accuracy: number;
}

/** The classes, the one with the lowest IoU first, those without any pixel at the end. */
function classRows(predictions: MaskPredictions): ClassRow[] {
  const [ious, dices, accuracies] = [meanIou, dice, pixelAccuracy]
    .map(({ perClass }) => perClass.compute(predictions));
  const counts = countsOfSums(sumOfRows(pixelStatistics(predictions)));
  const all = counts.reduce((sum, { truth }) => sum + truth, 0);
  return predictions.labels.map((label, at) => ({
    label,
    share: counts[at].truth / all,
    iou: ious[label],
    dice: dices[label],
    accuracy: accuracies[label],
  })).sort((one, other) => orderOf(one.iou) - orderOf(other.iou));
}

/** Undefined scores come last. */
const orderOf = (score: number) => Number.isNaN(score) ? Infinity : score;

const head = ["class", "share of the pixels", "IoU", "Dice", "pixel accuracy"];
const align = head.map((_, at) => at === 0 ? "left" as const : "right" as const);

function captionOf(rows: readonly ClassRow[]): string {
  const order = "the lowest IoU first";
  return rows.length > mostShown
    ? `The ${mostShown} of ${rows.length} classes with ${order}`
    : `Classes, ${order}`;
}

const said = (score: number) => Number.isNaN(score) ? "–" : score.toFixed(digits);
/** The table for pages. */
export function maskClassesHtml(predictions: MaskPredictions): Html {
  const rows = classRows(predictions);
  return htmlTable({
    caption: captionOf(rows),
    columns: head.map((title, at) => ({ title, align: align[at] })),
    rows: rows.slice(0, mostShown).map(({ label, share, iou, dice, accuracy }) => [
      visible(label),
      percent(share, "–"),
      Number.isNaN(iou) ? said(iou) : shareBar(iou, said(iou)),
      said(dice),
      said(accuracy),
    ]),
  });
}

/** The table for terminals. */
export function maskClassesText(predictions: MaskPredictions): string {
  const rows = classRows(predictions);
  const cells = rows.slice(0, mostShown).map(({ label, share, iou, dice, accuracy }) => [
    label,
    percent(share, "–"),
    ...[iou, dice, accuracy].map(said),
  ]);
  return `${captionOf(rows)}\n${textTable(head, cells, align)}`;
}
