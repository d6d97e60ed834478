/**
 * Random changes of brightness, contrast, saturation and hue.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { notNegative, type Rule } from "../../core/option_rules.ts";
import { rgbImage } from "../rgb_image.ts";
import type { Augmentation } from "./augmentation.ts";
import { type RgbData, withBrightness, withContrast, withSaturation } from "./colour_ops.ts";
import { withHue } from "./shift_hue.ts";

/** How much to change. */
export interface ColorJitterOptions {
  /** The factor is from 1 − brightness (at least 0) to 1 + brightness; 0 by default, as the others. */
  brightness?: number;
  /** Likewise, around the mean grey. */
  contrast?: number;
  /** Likewise, around grey. */
  saturation?: number;
  /** The hue turns by up to this share of the circle, in either direction; at most 0.5. */
  hue?: number;
}

const hueRule: Rule = [
  "a number from 0 to 0.5",
  (value) => typeof value === "number" && value >= 0 && value <= 0.5,
];

/**
 * Changes colours, in an order that is drawn anew, as torchvision's ColorJitter does. Boxes and masks stay.
 *
 * @example
 * ```ts
 * import { augmented, colorJitter } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(90, 90, 90) } as const;
 * const jitter = colorJitter({ brightness: 0.5 });
 * const { data } = augmented({ image }, [jitter], { seed: 1, epoch: 0, example: 0 }).image;
 * assert.ok(data[0] >= 45 && data[0] <= 135 && data[0] === data[2]);
 * ```
 */
export function colorJitter(options: ColorJitterOptions = {}): Augmentation {
  checkOptions("colorJitter", options, {
    brightness: notNegative,
    contrast: notNegative,
    saturation: notNegative,
    hue: hueRule,
  });
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = options;
  const changes: readonly [number, (data: RgbData, amount: number) => RgbData][] = [
    [brightness, withBrightness],
    [contrast, withContrast],
    [saturation, withSaturation],
  ];
  return {
    name: "colorJitter",
    settings: { brightness, contrast, saturation, hue },
    apply(example, random) {
      const steps = changes.map(([by, change]) => {
        const low = Math.max(1 - by, 0);
        const factor = low + (1 + by - low) * random.uniform();
        return (data: RgbData) => by === 0 ? data : change(data, factor);
      });
      const turn = hue * (2 * random.uniform() - 1);
      steps.push((data) => hue === 0 ? data : withHue(data, turn));
      const image = rgbImage(example.image);
      const data = random.shuffle(steps).reduce((before, step) => step(before), image.data);
      return { ...example, image: { ...image, data } };
    },
  };
}
