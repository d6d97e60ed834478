/**
 * Which class a model gave each pixel of images, with the true ones.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { integer, list, required, type Rules, texts } from "../core/option_rules.ts";
import type { AnyPredictions } from "./predictions.ts";
import { selectable } from "./select_rows.ts";

/** The class of each pixel of an image by number. */
export interface LabelMask {
  readonly width: number;
  readonly height: number;
  /** Row after row, [height · width]. */
  readonly data: Uint8Array | Uint16Array | Int32Array;
}

/** The masks of images. All lists are in row order. */
export interface MaskPredictions extends AnyPredictions {
  readonly kind: "mask";
  /** The classes by number. */
  readonly labels: readonly string[];
  readonly truth: readonly LabelMask[];
  readonly predicted: readonly LabelMask[];
  /** Pixels whose true class is this do not count. */
  readonly ignoredIndex: number;
}

/** Masks with the true ones. */
export interface MaskPredictionsInput {
  /** The classes by number. */
  readonly labels: readonly string[];
  readonly truth: readonly LabelMask[];
  /** Masks of the same sizes. */
  readonly predicted: readonly LabelMask[];
  /** Pixels whose true class is this do not count; 255 unless given, as in transformers. */
  readonly ignoredIndex?: number;
}

/** What true masks have where a pixel belongs to no class, as in transformers' `SegformerConfig`. */
export const usualIgnoredIndex = 255;

const rules: Rules<MaskPredictionsInput> = {
  labels: required(texts),
  truth: required(list),
  predicted: required(list),
  ignoredIndex: integer,
};

/**
 * The predictions of masks, for `meanIou` and others.
 *
 * @throws {TunebookError} of kind `input` for lists that do not fit, and of kind `data` for no rows, for
 * masks of different sizes and for pixels of no class, with all rows.
 *
 * @example
 * ```ts
 * import { maskPredictions, meanIou } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const mask = (...data: number[]) => ({ width: 2, height: 2, data: Uint8Array.from(data) });
 * const predictions = maskPredictions({
 *   labels: ["sky", "sea"],
 *   truth: [mask(0, 0, 1, 255)], // the last pixel does not count
 *   predicted: [mask(0, 1, 1, 0)],
 * });
 * assert.equal(meanIou.compute(predictions), 0.5);
 * ```
 */
export function maskPredictions(given: MaskPredictionsInput): MaskPredictions {
  checkOptions("maskPredictions", given, rules);
  const { labels, truth, predicted, ignoredIndex = usualIgnoredIndex } = given;
  const rows = truth.length;
  if (rows !== predicted.length) {
    throw new TunebookError(
      "input",
      `there are ${rows} true masks and ${predicted.length} predicted ones; give as many of each`,
    );
  }
  if (rows === 0) throw new TunebookError("data", "there are no rows to score");
  if (ignoredIndex >= 0 && ignoredIndex < labels.length) {
    throw new TunebookError(
      "input",
      `ignoredIndex is ${ignoredIndex}, but that is the class "${labels[ignoredIndex]}"`,
    );
  }
  const wrong = truth.flatMap((mask, row) => {
    const own = predicted[row];
    return [
      ...maskMistakes(mask, labels.length, ignoredIndex).map((words) => `its true mask ${words}`),
      ...maskMistakes(own, labels.length).map((words) => `its predicted mask ${words}`),
      ...(mask?.width === own?.width && mask?.height === own?.height ? [] : [
        `${mask?.width} × ${mask?.height} pixels are true, ${own?.width} × ${own?.height} predicted`,
      ]),
    ].map((words) => `row ${row + 1}: ${words}`);
  });
  if (wrong.length > 0) throw mistakes("data", "some masks cannot be scored:", wrong);
  return selectable<MaskPredictions>(
    { kind: "mask", rows, labels, truth, predicted, ignoredIndex },
    ["truth", "predicted"],
  );
}

function maskMistakes(mask: LabelMask, classes: number, ignored = -1): string[] {
  const { width, height, data } = mask ?? {};
  if (!ArrayBuffer.isView(data) || data.length !== width * height || data.length === 0) {
    return [`has ${data?.length} numbers for ${width} × ${height} pixels`];
  }
  const at = data.findIndex((label) => label !== ignored && !(label >= 0 && label < classes));
  if (at < 0) return [];
  const [x, y] = [at % width, Math.floor(at / width)];
  return [`has the class ${data[at]} at column ${x}, row ${y}; there are ${classes} classes`];
}
