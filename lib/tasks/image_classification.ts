/**
 * Image classification: one label of several, several labels at once, or a number, for an image.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf, mistakes, TunebookError } from "../core/errors.ts";
import { list, required, type Rules, text as textRule } from "../core/option_rules.ts";
import type { LabelKind } from "../data/labels.ts";
import {
  augmentationsOf,
  type AugmentationSpec,
  augmentSettings,
} from "../image/augment/augmentations.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import { columnValues, requireColumns } from "../table/columns.ts";
import { sourceRows } from "../table/source_rows.ts";
import type { ImagePrediction } from "./image_classification/prediction.ts";
import { augmentMistakes } from "./shared/augment_mistakes.ts";
import { imageMistakes } from "./shared/image_rows.ts";
import { calledImage, endOfName, type ImageInput } from "./shared/image_input.ts";
import { labelledImages } from "./image_classification/labelled_images.ts";
import {
  labelColumn,
  labelColumnMistakes,
  type LabelColumnOptions,
  labelColumnRules,
} from "./shared/label_column.ts";

/** What columns mean. */
export interface ImageClassificationOptions<Kind extends LabelKind = LabelKind>
  extends LabelColumnOptions<Kind> {
  /** The column of the image: a path, an address, the bytes of a file, or `{ bytes, path }`. */
  readonly image: string;
  /**
   * What changes the images of a training by chance, in this order: `horizontalFlip()`, `randomResizedCrop({ size })`,
   * `colorJitter()`, `randAugment()`, `randomErasing()`, and for whole batches `mixup()` and `cutmix()`. None unless
   * given.
   */
  readonly augment?: readonly AugmentationSpec[];
}

const name = "image-classification";
const rules: Rules<ImageClassificationOptions> = {
  image: required(textRule),
  ...labelColumnRules,
  augment: list,
};

/**
 * Labels of an image. Each row has one label (`single`), a list of labels (`multi`, or one text with a
 * `separator`), or a number (`regression`). `imageFolder` makes such a table of a folder.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { imageClassification } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = imageClassification({ image: "photo", label: "animal" });
 * assert.equal(task.name, "image-classification");
 * assert.deepEqual(task.columns, ["photo", "animal"]);
 * ```
 */
export function imageClassification<const Kind extends LabelKind = "single">(
  options: ImageClassificationOptions<Kind>,
): Task<Predictions<Kind>, ImageInput, ImagePrediction> {
  requireOptions(name, options);
  refuseOptions(name, imageClassificationMistakes(options));
  const { image, label } = options;
  const columns = [image, label];
  const labelled = labelColumn<Kind>(options);
  const { augment = [] } = options;
  const augmentations = augmentationsOf(augment);
  const task: Task<Predictions<Kind>, ImageInput, ImagePrediction> = {
    name,
    kind: labelled.kind,
    input: "image",
    settings: { ...options, ...augmentSettings(augment) },
    columns,
    ...labelled.facts,
    checkRows(table, where) {
      requireColumns(table, columns, where);
      if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
      const source = sourceRows(table, where);
      const wrong = imageMistakes(table, image, source).flat();
      if (wrong.length > 0) throw mistakes("data", `${source.where} cannot be read:`, wrong);
      labelled.read(table, where);
    },
    checkSplit: labelled.checkSplit,
    read: ({ train }) => withLabels(labelled.read(train, "the training data").names),
    withLabels,
    report: {
      noun: "image",
      texts: (table) => columnValues(table, image).map((cell) => endOfName(calledImage(cell))),
      ...labelled.report,
    },
    preview: (table, row) => ({
      text: endOfName(calledImage(columnValues(table, image)[row])),
      label: labelled.shown(table, row),
    }),
  };

  function withLabels(labels: readonly string[]) {
    return labelledImages({ task, image, labelled, labels, augmentations });
  }

  return Object.freeze(task);
}

function imageClassificationMistakes(options: object): Mistake[] {
  const { image, label } = options as ImageClassificationOptions;
  const wrong = optionMistakes(options, rules);
  if (image !== undefined && image === label) {
    wrong.push(
      mistakeOf((nameOf) => `${nameOf("image")}, ${nameOf("label")} must be different columns`),
    );
  }
  const { augment, kind } = options as ImageClassificationOptions;
  if (Array.isArray(augment)) {
    const mixes = kind === "regression"
      ? "which mixes labels, and a regression has none"
      : undefined;
    wrong.push(...augmentMistakes(augment, mixes));
  }
  return [...wrong, ...labelColumnMistakes(options)];
}
