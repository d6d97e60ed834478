/**
 * What columns of images and labels mean to a generator, checked.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import {
  anything,
  list,
  oneOf,
  positive,
  required,
  type Rule,
  type Rules,
  text as textRule,
} from "../../core/option_rules.ts";
import { nameListMistakes } from "../../data/class_names.ts";
import type { AugmentationSpec } from "../../image/augment/augmentations.ts";
import { augmentMistakes } from "../shared/augment_mistakes.ts";

/** What columns mean, and how images are learned. */
export interface ImageGenerationOptions {
  /** The column of the image: a path, an address, the bytes of a file, or `{ bytes, path }`. */
  readonly image: string;
  /** The column of what it shows, one label a row; without it the model draws without being told what. */
  readonly label?: string;
  /** The labels in their order; those of the training rows in natural order unless given. */
  readonly names?: readonly string[];
  /**
   * What changes the images of a training by chance, such as `horizontalFlip()` and `randomResizedCrop({ size })`.
   * None unless given.
   */
  readonly augment?: readonly AugmentationSpec[];
  /**
   * The share of training images whose label is left out, so that a model that knows labels also draws without,
   * which guidance needs (Ho and Salimans, arXiv 2207.12598); 0.1 unless given.
   */
  readonly dropLabel?: number;
  /**
   * How the steps of noise are drawn: all alike, or those in the middle of a flow more often (Esser et al., arXiv
   * 2403.03206); `uniform` unless given.
   */
  readonly steps?: "uniform" | "logit-normal";
  /**
   * γ of min-SNR, which lets a diffusion's steps with little noise count less (Hang et al., arXiv 2303.09556, where
   * it is 5); all count alike unless given.
   */
  readonly minSnr?: number;
}

const share: Rule = [
  "a number in [0, 1)",
  (value) => typeof value === "number" && value >= 0 && value < 1,
];

const rules: Rules<ImageGenerationOptions> = {
  image: required(textRule),
  label: textRule,
  names: anything,
  augment: list,
  dropLabel: share,
  steps: oneOf(["uniform", "logit-normal"]),
  minSnr: positive,
};

/** Everything that is wrong with the options. */
export function generationMistakes(options: object): Mistake[] {
  const { image, label, names, augment, dropLabel } = options as ImageGenerationOptions;
  const wrong = optionMistakes(options, rules);
  if (image !== undefined && image === label) {
    wrong.push(
      mistakeOf((nameOf) => `${nameOf("image")}, ${nameOf("label")} must be different columns`),
    );
  }
  if (names !== undefined) {
    wrong.push(
      ...nameListMistakes(names).map((line) => ({ ...mistakeOf(() => line), option: "names" })),
    );
  }
  if (label === undefined) {
    for (const [option, value] of Object.entries({ names, dropLabel })) {
      if (value !== undefined) {
        wrong.push({
          ...mistakeOf((nameOf) =>
            `${nameOf(option)} needs labels, and no column of them is named`
          ),
          option,
        });
      }
    }
  }
  if (Array.isArray(augment)) {
    wrong.push(
      ...augmentMistakes(augment, "which mixes images, and a generator would draw mixtures"),
    );
  }
  return wrong;
}
