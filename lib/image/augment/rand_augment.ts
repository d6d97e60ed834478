/**
 * RandAugment (Cubuk et al., 2019): a few changes of one strength, drawn from a list.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rule, wholeFrom0 } from "../../core/option_rules.ts";
import { rgbImage } from "../rgb_image.ts";
import { rotation, shearX, shearY, shift, transformed } from "./affine.ts";
import type { Augmentation, ImageExample } from "./augmentation.ts";
import {
  autoContrasted,
  equalized,
  posterized,
  type RgbData,
  solarized,
  withBrightness,
  withContrast,
  withSaturation,
  withSharpness,
} from "./colour_ops.ts";

/** How many changes, and how strong. */
export interface RandAugmentOptions {
  /** Changes one after the other; 2 by default. */
  operations?: number;
  /** 0 is no change, 30 the strongest; 9 by default. */
  magnitude?: number;
}

const defaultOperations = 2;
const defaultMagnitude = 9;
/** The paper's scale. */
const strongest = 30;
/** What the strongest changes are, as in torchvision. */
const [mostShear, mostMove, mostDegrees, mostEnhanced, mostBits] = [0.3, 150 / 331, 30, 0.9, 4];

const magnitudeRule: Rule = [
  `a whole number from 0 to ${strongest}`,
  (value) => Number.isInteger(value) && value as number >= 0 && value as number <= strongest,
];

/** A change by a signed strength, −1 to 1. */
type Change = (example: ImageExample, strength: number) => ImageExample;

const coloured =
  (change: (data: RgbData, strength: number, width: number) => RgbData): Change =>
  (example, strength) => {
    const image = rgbImage(example.image);
    return { ...example, image: { ...image, data: change(image.data, strength, image.width) } };
  };

const changes: Readonly<Record<string, Change>> = {
  identity: (example) => example,
  shearX: (example, strength) => transformed(example, shearX(strength * mostShear)),
  shearY: (example, strength) => transformed(example, shearY(strength * mostShear)),
  translateX: (example, strength) =>
    transformed(example, shift(Math.trunc(strength * mostMove * example.image.width), 0)),
  translateY: (example, strength) =>
    transformed(example, shift(0, Math.trunc(strength * mostMove * example.image.height))),
  rotate: (example, strength) =>
    transformed(example, rotation(strength * mostDegrees, example.image)),
  brightness: coloured((data, strength) => withBrightness(data, 1 + strength * mostEnhanced)),
  color: coloured((data, strength) => withSaturation(data, 1 + strength * mostEnhanced)),
  contrast: coloured((data, strength) => withContrast(data, 1 + strength * mostEnhanced)),
  sharpness: coloured((data, strength, width) =>
    withSharpness(data, 1 + strength * mostEnhanced, width)
  ),
  posterize: coloured((data, strength) =>
    posterized(data, 8 - Math.round(Math.abs(strength) * mostBits))
  ),
  solarize: coloured((data, strength) => solarized(data, 255 * (1 - Math.abs(strength)))),
  autoContrast: coloured(autoContrasted),
  equalize: coloured(equalized),
};
const names = Object.keys(changes);

/**
 * Draws changes of shape and colour, as torchvision's RandAugment does: the same fourteen, each as likely,
 * in either direction where there are two. Boxes and masks move along.
 *
 * @example
 * ```ts
 * import { augmented, randAugment } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(99) } as const;
 * const result = augmented({ image }, [randAugment()], { seed: 1, epoch: 2, example: 3 });
 * assert.equal(result.image.data.length, 192);
 * ```
 */
export function randAugment(options: RandAugmentOptions = {}): Augmentation {
  checkOptions("randAugment", options, { operations: wholeFrom0, magnitude: magnitudeRule });
  const { operations = defaultOperations, magnitude = defaultMagnitude } = options;
  return {
    name: "randAugment",
    settings: { operations, magnitude },
    apply(example, random) {
      let result = example;
      for (let operation = 0; operation < operations; operation++) {
        const change = changes[names[random.integer(names.length)]];
        const sign = random.integer(2) === 0 ? 1 : -1;
        result = change(result, sign * magnitude / strongest);
      }
      return result;
    },
  };
}
