/**
 * Which objects a model found in images, with those that are there.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { list, required, type Rules, texts } from "../core/option_rules.ts";
import { quoted } from "../core/quoted.ts";
import { shownValue } from "../core/shown_value.ts";
import type { AnyPredictions } from "./predictions.ts";

/** A box in pixels as COCO has it: its left and upper edge, its width and its height. */
export type BoxSides = readonly [x: number, y: number, width: number, height: number];

/** An object that is in an image. */
export interface TrueBox {
  readonly box: BoxSides;
  /** The number of its class in `labels`. */
  readonly label: number;
  /** True for a box around many objects: what is found in it counts neither as right nor as wrong. */
  readonly isCrowd?: boolean;
  /** Pixels of the object, by which it is small, medium or large; those of the box unless given. */
  readonly area?: number;
}

/** An object that a model found. */
export interface ScoredBox {
  readonly box: BoxSides;
  /** The number of its class in `labels`. */
  readonly label: number;
  /** How sure the model is; only the order of the scores counts. */
  readonly score: number;
}

/** The objects of images. */
export interface BoxPredictions extends AnyPredictions {
  readonly kind: "boxes";
  /** The classes by number. */
  readonly labels: readonly string[];
  /** The objects of each image; none where there is nothing. */
  readonly truth: readonly (readonly TrueBox[])[];
  /** What was found in each image, in any order. */
  readonly predicted: readonly (readonly ScoredBox[])[];
  /** The image of each row, where rows were drawn and an image may count more than once, [rows]. */
  readonly drawn?: Int32Array;
}

/** The objects of images, with the names of their classes. */
export interface BoxPredictionsInput {
  /** The classes. */
  readonly labels: readonly string[];
  /** The objects of each image, as rows of a table have them. */
  readonly truth: readonly (readonly (Omit<TrueBox, "label"> & { readonly label: string })[])[];
  /** What was found in each image. */
  readonly predicted:
    readonly (readonly (Omit<ScoredBox, "label"> & { readonly label: string })[])[];
}

const rules: Rules<BoxPredictionsInput> = {
  labels: required(texts),
  truth: required(list),
  predicted: required(list),
};

/**
 * The predictions of boxes, for `meanAveragePrecision` and others.
 *
 * @throws {TunebookError} of kind `input` for lists that do not fit, and of kind `data` for no rows and
 * for boxes, labels and scores that cannot be, with all rows.
 *
 * @example
 * ```ts
 * import { boxPredictions, meanAveragePrecision } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = boxPredictions({
 *   labels: ["cat", "dog"],
 *   truth: [[{ box: [10, 10, 50, 40], label: "cat" }], []],
 *   predicted: [[{ box: [10, 10, 50, 40], label: "cat", score: 0.9 }], []],
 * });
 * assert.equal(meanAveragePrecision.compute(predictions), 1);
 * ```
 */
export function boxPredictions(given: BoxPredictionsInput): BoxPredictions {
  checkOptions("boxPredictions", given, rules);
  const { labels, truth, predicted } = given;
  const rows = truth.length;
  if (rows !== predicted.length) {
    throw new TunebookError(
      "input",
      `there are objects of ${rows} images and predictions of ${predicted.length}; give as many of each`,
    );
  }
  if (rows === 0) throw new TunebookError("data", "there are no rows to score");
  const ids = new Map(labels.map((label, id) => [label, id]));
  const wrong = truth.flatMap((boxes, row) => [
    ...boxMistakes(boxes, labels, `row ${row + 1}`),
    ...boxMistakes(predicted[row], labels, `row ${row + 1}, predicted`, true),
  ]);
  if (wrong.length > 0) throw mistakes("data", "some boxes cannot be scored:", wrong);
  const named = <Box extends { readonly label: string }>(boxes: readonly Box[]) =>
    boxes.map((each) => ({ ...each, label: ids.get(each.label)! }));
  return selectableBoxes({
    kind: "boxes",
    rows,
    labels,
    truth: truth.map(named),
    predicted: predicted.map(named),
  });
}

/** Adds `select`, which copies no boxes: they are matched and sorted once for all draws. */
export function selectableBoxes(predictions: BoxPredictions): BoxPredictions {
  return {
    ...predictions,
    select: (rows) =>
      selectableBoxes({
        ...predictions,
        rows: rows.length,
        drawn: Int32Array.from(rows, (row) => predictions.drawn?.[row] ?? row),
      }),
  };
}

function boxMistakes(
  boxes: unknown,
  labels: readonly string[],
  where: string,
  isScored = false,
): string[] {
  if (!Array.isArray(boxes)) return [`${where}: ${shownValue(boxes)} is no list of boxes`];
  return boxes.flatMap((each, at) => {
    const of = (words: string) => `${where}, box ${at + 1}: ${words}`;
    const { box, label, score, area } = each ?? {};
    const isBox = Array.isArray(box) && box.length === 4 && box.every(Number.isFinite) &&
      box[2] >= 0 && box[3] >= 0;
    return [
      ...(isBox ? [] : [of(`${shownValue(box)} is not [x, y, width, height] in pixels`)]),
      ...(labels.includes(label)
        ? []
        : [of(`there is no label ${quoted(String(label))}${didYouMean(String(label), labels)}`)]),
      ...(!isScored || Number.isFinite(score) ? [] : [of(`the score is ${shownValue(score)}`)]),
      ...(area === undefined || area >= 0 ? [] : [of(`the area is ${shownValue(area)}`)]),
    ];
  });
}
