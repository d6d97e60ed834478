/**
 * What a perturbation of images is.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import type { Rule, Rules } from "../../../core/option_rules.ts";
import type { Random } from "../../../core/random.ts";
import type { Image } from "../../../image/image.ts";

/** A change of an image that a model should bear. */
export interface ImagePerturbation {
  /** What reports call it, `gaussian noise 3`. */
  readonly name: string;
  /**
   * The changed image, of the same size.
   *
   * @param image of three channels
   * @param random numbers of this image alone
   */
  apply(image: Image, random: Random): Image;
}

/** From 1, which is hardly seen, to 5: the steps of ImageNet-C (Hendrycks and Dietterich 2019, arXiv 1903.12261). */
export type Severity = 1 | 2 | 3 | 4 | 5;

/** How much an image is changed. */
export interface SeverityOptions {
  /** 3 unless given. */
  readonly severity?: Severity;
}

const severity: Rule = [
  "1, 2, 3, 4 or 5",
  (value) => [1, 2, 3, 4, 5].includes(value as number),
];
const rules: Rules<SeverityOptions> = { severity };

/** What changes values from 0 to 1, [height, width, 3]. */
type Change<Setting> = (
  values: Float64Array,
  setting: Setting,
  about: { readonly width: number; readonly height: number; readonly random: Random },
) => Float64Array;

/** A perturbation of five severities, whose values are cut to what 8 bits hold. */
export function ofSeverity<Setting>(
  of: string,
  name: string,
  settings: readonly [Setting, Setting, Setting, Setting, Setting],
  change: Change<Setting>,
): (options?: SeverityOptions) => ImagePerturbation {
  return (options = {}) => {
    checkOptions(of, options, rules);
    const { severity = 3 } = options;
    return {
      name: `${name} ${severity}`,
      apply(image, random) {
        const { width, height, data } = image;
        const values = Float64Array.from(data, (value) => value / 255);
        const changed = change(values, settings[severity - 1], { width, height, random });
        return { width, height, channels: 3, data: Uint8Array.from(changed, toByte) };
      },
    };
  };
}

/** NumPy's `astype(uint8)` after a clip cuts the fraction off; rounding has no bias towards dark. */
function toByte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
