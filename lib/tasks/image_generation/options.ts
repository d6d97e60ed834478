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
  /**
   * The column of what it shows in words, for denoisers that read captions: a UNet2D with a CLIP text encoder beside
   * it. It stands in the place of `label`.
   */
  readonly caption?: string;
  /** The labels in their order; those of the training rows in natural order unless given. */
  readonly names?: readonly string[];
  /**
   * What changes the images of a training by chance, such as `horizontalFlip()` and `randomResizedCrop({ size })`.
   * None unless given.
   */
  readonly augment?: readonly AugmentationSpec[];
  /**
   * The share of training images whose label is left out, or whose caption is empty, so that the model also draws
   * without, which guidance needs (Ho and Salimans, arXiv 2207.12598); 0.1 unless given.
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
  caption: textRule,
  names: anything,
  augment: list,
  dropLabel: share,
  steps: oneOf(["uniform", "logit-normal"]),
  minSnr: positive,
};

/** Everything that is wrong with the options. */
export function generationMistakes(options: object): Mistake[] {
  const { image, label, caption, names, augment, dropLabel } = options as ImageGenerationOptions;
  const wrong = optionMistakes(options, rules);
  const complain = (option: string, words: Mistake["told"]) =>
    wrong.push({ ...mistakeOf(words), option });
  for (const [option, column] of Object.entries({ label, caption })) {
    if (image === undefined || image !== column) continue;
    wrong.push(
      mistakeOf((nameOf) => `${nameOf("image")}, ${nameOf(option)} must be different columns`),
    );
  }
  if (label !== undefined && caption !== undefined) {
    complain(
      "caption",
      (nameOf) =>
        `${nameOf("caption")} stands beside ${nameOf("label")}, but a model is told one of the two`,
    );
  }
  if (names !== undefined) {
    wrong.push(
      ...nameListMistakes(names).map((line) => ({ ...mistakeOf(() => line), option: "names" })),
    );
  }
  if (label === undefined && names !== undefined) {
    complain(
      "names",
      (nameOf) => `${nameOf("names")} needs labels, and no column of them is named`,
    );
  }
  if (label === undefined && caption === undefined && dropLabel !== undefined) {
    complain(
      "dropLabel",
      (nameOf) => `${nameOf("dropLabel")} needs labels or captions, and no column of them is named`,
    );
  }
  if (Array.isArray(augment)) {
    wrong.push(
      ...augmentMistakes(augment, "which mixes images, and a generator would draw mixtures"),
    );
  }
  return wrong;
}
