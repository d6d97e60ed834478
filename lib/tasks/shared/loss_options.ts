/**
 * The settings of cross-entropy losses that several tasks share, and their checks.
 *
 * @module
 */

import { notNegative, numberList, type Rules, share } from "../../core/option_rules.ts";

/** What changes a cross-entropy: each is off unless given, and they work together. */
export interface LossOptions {
  /**
   * The share of each target that is spread evenly over all classes, in [0, 1) (Szegedy et al.,
   * arXiv 1512.00567). For targets that exclude each other.
   */
  readonly labelSmoothing?: number;
  /** The weight of each class in the loss, from 0. For targets that exclude each other. */
  readonly classWeights?: readonly number[];
  /**
   * The exponent γ of the focal loss (Lin et al., arXiv 1708.02002), which takes weight from what is
   * predicted well; 0 is plain cross-entropy, the paper uses 2.
   */
  readonly focalGamma?: number;
}

/** What the settings must be. */
export const lossRules: Rules<LossOptions> = {
  labelSmoothing: share,
  classWeights: numberList,
  focalGamma: notNegative,
};

/** What is wrong with loss settings for so many classes, one line each; nothing where all is right. */
export function lossMistakes(
  { labelSmoothing = 0, classWeights, focalGamma = 0 }: LossOptions,
  classes: number,
): string[] {
  const wrong: string[] = [];
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    wrong.push(`labelSmoothing is ${labelSmoothing}, but must be in [0, 1)`);
  }
  if (!(focalGamma >= 0 && Number.isFinite(focalGamma))) {
    wrong.push(`focalGamma is ${focalGamma}, but must be a number from 0`);
  }
  if (classWeights && classWeights.length !== classes) {
    wrong.push(`classWeights has ${classWeights.length} numbers for ${classes} labels`);
  }
  if (classWeights?.some((weight) => !(Number.isFinite(weight) && weight >= 0))) {
    wrong.push(`classWeights is ${classWeights.join(", ")}, but must be numbers from 0`);
  }
  return wrong;
}
