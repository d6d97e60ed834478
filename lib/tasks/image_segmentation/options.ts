/**
 * What columns of images and masks mean, checked.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake } from "../../core/errors.ts";
import {
  integer,
  list,
  notNegative,
  required,
  type Rule,
  type Rules,
  text as textRule,
} from "../../core/option_rules.ts";
import type { AugmentationSpec } from "../../image/augment/augmentations.ts";
import { usualIgnoredIndex } from "../../nn/mask_predictions.ts";
import { augmentMistakes } from "../shared/augment_mistakes.ts";
import { mostClasses } from "./mask_classes.ts";

/** What columns mean. */
export interface ImageSegmentationOptions {
  /** The column of the image: a path, an address, the bytes of a file, or `{ bytes, path }`. */
  readonly image: string;
  /** The column of its mask, a PNG of the same size whose grey values or palette entries are ids. */
  readonly mask: string;
  /**
   * The names of the ids 0, 1, 2 …; the numbers from 0 to the largest one in the training masks unless given,
   * which are read for that.
   */
  readonly labels?: readonly string[];
  /** The id of each label in masks, where they are not 0, 1, 2 …, such as `[0, 255]`. */
  readonly ids?: readonly number[];
  /** The id of pixels that are neither learned nor scored; 255 unless given or a label's id. */
  readonly ignore?: number;
  /**
   * What changes the images of a training by chance, with their masks, in this order: `horizontalFlip()`,
   * `randomResizedCrop({ size })`, `colorJitter()`, `randAugment()`, `randomErasing()`. None unless given.
   */
  readonly augment?: readonly AugmentationSpec[];
  /** The weight of the cross-entropy of the pixels in the loss; 1 unless given. */
  readonly crossEntropy?: number;
  /** The weight of the Dice loss; 0 unless given. Good where classes have few pixels. */
  readonly dice?: number;
}

const idsRule: Rule = [
  "a list of different whole numbers from 0",
  (value) =>
    Array.isArray(value) && value.every((id) => Number.isInteger(id) && id >= 0) &&
    new Set(value).size === value.length,
];
const labelsRule: Rule = [
  `a list of 1 to ${mostClasses} different names`,
  (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= mostClasses &&
    value.every((name) => typeof name === "string" && name !== "") &&
    new Set(value).size === value.length,
];

/** What the options must be. */
export const segmentationRules: Rules<ImageSegmentationOptions> = {
  image: required(textRule),
  mask: required(textRule),
  labels: labelsRule,
  ids: idsRule,
  ignore: integer,
  augment: list,
  crossEntropy: notNegative,
  dice: notNegative,
};

/** All options that make no sense. */
export function segmentationMistakes(options: object): Mistake[] {
  const given = options as ImageSegmentationOptions;
  const { image, mask, crossEntropy = 1, dice = 0 } = given;
  const wrong = optionMistakes(options, segmentationRules);
  if (image !== undefined && image === mask) {
    wrong.push(
      mistakeOf((nameOf) => `${nameOf("image")}, ${nameOf("mask")} must be different columns`),
    );
  }
  const ofAugment = Array.isArray(given.augment)
    ? augmentMistakes(given.augment, "which mixes images, and masks cannot be mixed")
    : [];
  if (crossEntropy === 0 && dice === 0) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${nameOf("crossEntropy")}, ${nameOf("dice")} are both 0; nothing is learned`
      ),
    );
  }
  return [...wrong, ...idMistakes(given), ...ofAugment];
}

function idMistakes({ labels, ids, ignore }: ImageSegmentationOptions): Mistake[] {
  const wrong: Mistake[] = [];
  if (ids !== undefined && !labels) {
    wrong.push(optionMistake("ids", "are those of labels; give labels as well"));
  }
  if (!Array.isArray(labels)) return wrong;
  if (Array.isArray(ids) && ids.length !== labels.length) {
    wrong.push(optionMistake("ids", `has ${ids.length} numbers for ${labels.length} labels`));
  }
  const own = Array.isArray(ids) ? ids : labels.map((_, id) => id);
  const at = ignore === undefined ? -1 : own.indexOf(ignore);
  if (at >= 0 && labels[at] !== undefined) {
    wrong.push(optionMistake("ignore", `is ${ignore}, but that is the label "${labels[at]}"`));
  }
  return wrong;
}

/** The id that does not count; undefined where the usual one is a label's. */
export function ignoredIdOf(
  { ignore, ids }: Pick<ImageSegmentationOptions, "ignore" | "ids">,
): number | undefined {
  if (ignore !== undefined) return ignore;
  return ids?.includes(usualIgnoredIndex) ? undefined : usualIgnoredIndex;
}
