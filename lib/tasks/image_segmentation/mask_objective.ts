/**
 * What a training of masks minimises.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakeOf, mistakes } from "../../core/errors.ts";
import { integer, list, required, type Rules, whole } from "../../core/option_rules.ts";
import { type HostTensor, ops, type Tensor, tf } from "../../engine/mod.ts";
import { type LabelMask, usualIgnoredIndex } from "../../nn/mask_predictions.ts";
import type { Objective } from "../../nn/objective.ts";
import { lossMistakes } from "../shared/loss_options.ts";
import { maskLoss, type MaskLossOptions, maskLossRules, uncounted } from "./mask_loss.ts";

/** The masks of images and how to learn them. */
export interface MaskObjectiveOptions extends MaskLossOptions {
  /** The class of each pixel of each image, all of one size: that of the model's masks. */
  readonly masks: readonly LabelMask[];
  readonly classes: number;
  /**
   * Rows and columns of what the model gives, where that is smaller than the masks: it is then enlarged
   * (bilinear, as in transformers). Those of the masks unless given.
   */
  readonly mapSize?: readonly [height: number, width: number];
  /** Pixels of this class do not count; 255 unless given, as in transformers. */
  readonly ignoredIndex?: number;
}

const rules: Rules<MaskObjectiveOptions> = {
  masks: required(list),
  classes: required(whole),
  mapSize: [
    "two whole numbers above 0",
    (value) => Array.isArray(value) && value.length === 2 && value.every(whole[1]),
  ],
  ignoredIndex: integer,
  ...maskLossRules,
};

/**
 * The cross-entropy of the pixels that count, its focal form, the Dice loss, or a sum of them. With
 * cross-entropy alone it equals PyTorch's `CrossEntropyLoss(weight, ignore_index=255)` and the loss of
 * transformers' `SegformerForSemanticSegmentation`. It reads a family's head `masks`, which gives
 * [batch, classes, height, width]; the exported graph gives that as `logits`, and evaluation reads it,
 * each image as one row (`maskOfLogits`).
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, and of kind `data` for masks
 * that differ in size and for pixels of no class, with all rows.
 *
 * @example
 * ```ts
 * import { maskObjective } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const objective = maskObjective({
 *   classes: 2,
 *   masks: [{ width: 2, height: 1, data: Uint8Array.of(1, 255) }],
 *   dice: 1,
 * });
 * assert.equal(objective.weightOf([0]), 1); // one pixel counts
 * assert.deepEqual([...objective.targetsOf([0], 1).pixel_classes.data], [1, -1]);
 * ```
 */
export function maskObjective(options: MaskObjectiveOptions): Objective {
  checkOptions("maskObjective", options, rules, () => contradictions(options));
  const { masks, classes, mapSize, ignoredIndex = usualIgnoredIndex, ...loss } = options;
  checkMasks(masks, classes, ignoredIndex);
  const [{ width, height } = { width: 1, height: 1 }] = masks;
  const weightOfMask = ({ data }: LabelMask) => {
    let weight = 0;
    for (const label of data) if (label !== ignoredIndex) weight += loss.classWeights?.[label] ?? 1;
    return weight;
  };
  const [rows, columns] = mapSize ?? [height, width];
  const outputs = classes * rows * columns;
  const mapsOf = (results: Tensor) => tf.reshape(results, [-1, classes, rows, columns]);
  return {
    name: "image-segmentation",
    head: { name: "masks", outputs: classes },
    outputs,
    per: "sequence",
    feeds: {
      pixel_classes: { role: "feed", type: "int32", shape: ["batch", height, width] },
      image_weights: { role: "feed", type: "float32", shape: ["batch"] },
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    pool: (results) => tf.reshape(results, [-1, outputs]),
    exported: (results) => ({ logits: mapsOf(results) }),
    loss(results, { pixel_classes, image_weights, normaliser }) {
      const logits = ops.resize2d(mapsOf(results), { height, width }, { mode: "bilinear" });
      return tf.div(maskLoss(logits, pixel_classes, image_weights, loss), normaliser);
    },
    weightOf: (rows) =>
      Array.from(rows, (row) => weightOfMask(masks[row])).reduce((sum, each) => sum + each, 0),
    targetsOf(rows, normaliser) {
      const chosen = Array.from(rows, (row) => masks[row]);
      const data = new Int32Array(chosen.length * height * width);
      chosen.forEach((mask, at) => {
        const own = data.subarray(at * height * width);
        mask.data.forEach((label, pixel) =>
          own[pixel] = label === ignoredIndex ? uncounted : label
        );
      });
      return {
        pixel_classes: { shape: [chosen.length, height, width], data },
        image_weights: {
          shape: [chosen.length],
          data: Float32Array.from(chosen, weightOfMask),
        },
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      } satisfies Record<string, HostTensor>;
    },
  };
}

function contradictions(
  { crossEntropy = 1, dice = 0, classWeights, classes }: MaskObjectiveOptions,
) {
  return [
    ...(crossEntropy === 0 && dice === 0
      ? ["crossEntropy and dice are both 0; nothing is learned"]
      : []),
    ...(numberList(classWeights) ? lossMistakes({ classWeights }, classes) : []),
  ].map((line) => mistakeOf(() => line));
}

/** Where they are none, the rule of the option says so. */
function numberList(weights: unknown): weights is readonly number[] {
  return Array.isArray(weights);
}

/** Throws an error of kind "data" with all rows whose masks cannot be learned. */
function checkMasks(masks: readonly LabelMask[], classes: number, ignoredIndex: number): void {
  const [first] = masks;
  const wrong = masks.flatMap(({ width, height, data }, row) => {
    const of = (words: string) => [`row ${row + 1}: ${words}`];
    if (width !== first.width || height !== first.height) {
      return of(
        `${width} × ${height} pixels, but the first mask has ${first.width} × ${first.height}`,
      );
    }
    if (data.length !== width * height) {
      return of(`${data.length} numbers are no mask of ${width} × ${height} pixels`);
    }
    const at = data.findIndex((label) =>
      label !== ignoredIndex && !(label >= 0 && label < classes)
    );
    return at < 0 ? [] : of(`there is no class ${data[at]}`);
  });
  if (wrong.length > 0) throw mistakes("data", "some masks cannot be learned:", wrong);
}
