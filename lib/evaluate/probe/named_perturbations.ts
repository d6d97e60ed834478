/**
 * Perturbations by name, for plan files and the command line.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { takesNoOptions } from "../../core/check_options.ts";
import { didYouMean } from "../../core/nearest.ts";
import { changePunctuation } from "./perturb/change_punctuation.ts";
import { chineseSlips } from "./perturb/chinese_slips.ts";
import { contractions } from "./perturb/contractions.ts";
import { homoglyphs } from "./perturb/homoglyphs.ts";
import { letterCase } from "./perturb/letter_case.ts";
import { swapNumbers } from "./perturb/numbers.ts";
import { paraphrases } from "./perturb/paraphrases.ts";
import type { Perturbation } from "./perturb/perturbation.ts";
import { spaces } from "./perturb/spaces.ts";
import { swapNames, swapPlaces, swapWords } from "./perturb/swap_words.ts";
import { typos } from "./perturb/typos.ts";
import { brightness } from "./perturb_image/brightness.ts";
import { contrast } from "./perturb_image/contrast.ts";
import { gaussianBlur } from "./perturb_image/gaussian_blur.ts";
import { gaussianNoise } from "./perturb_image/gaussian_noise.ts";
import type { ImagePerturbation } from "./perturb_image/image_perturbation.ts";
import { impulseNoise } from "./perturb_image/impulse_noise.ts";
import { jpegCompression } from "./perturb_image/jpeg_compression.ts";
import { pixelate } from "./perturb_image/pixelate.ts";
import { shotNoise } from "./perturb_image/shot_noise.ts";

// What a plan file says is any JSON; each function looks at its own options.
// deno-lint-ignore no-explicit-any
type Maker<Made> = (options: any) => Made;

/** What takes no options says so. */
function withoutOptions(name: string, make: () => Perturbation): Maker<Perturbation> {
  return (options: object) => {
    takesNoOptions(name, Object.keys(options).length > 0 ? [options] : []);
    return make();
  };
}

/** Changes of texts that leave their label as it is. */
export const textPerturbations: Readonly<Record<string, Maker<Perturbation>>> = {
  changePunctuation,
  chineseSlips: withoutOptions("chineseSlips", chineseSlips),
  contractions: withoutOptions("contractions", contractions),
  homoglyphs,
  letterCase,
  paraphrases,
  spaces: withoutOptions("spaces", spaces),
  swapNames: withoutOptions("swapNames", swapNames),
  swapNumbers: withoutOptions("swapNumbers", swapNumbers),
  swapPlaces: withoutOptions("swapPlaces", swapPlaces),
  swapWords,
  typos,
};

/** The same of images. */
export const imagePerturbations: Readonly<Record<string, Maker<ImagePerturbation>>> = {
  brightness,
  contrast,
  gaussianBlur,
  gaussianNoise,
  impulseNoise,
  jpegCompression,
  pixelate,
  shotNoise,
};

/**
 * A perturbation by the name of its function.
 *
 * @throws {TunebookError} of kind `input` for a name that nobody knows and for options that make no sense.
 */
export function perturbationNamed<Made>(
  all: Readonly<Record<string, Maker<Made>>>,
  name: string,
  options: object = {},
): Made {
  if (Object.hasOwn(all, name)) return all[name](options);
  const names = Object.keys(all);
  throw new TunebookError(
    "input",
    name === "negation"
      ? "negation changes what a text says; test it with direction(…) in code"
      : `there is no perturbation ${JSON.stringify(name)}${didYouMean(name, names)}. There are ` +
        names.join(", "),
  );
}
