import assert from "node:assert/strict";
import {
  brightness,
  contrast,
  gaussianBlur,
  gaussianNoise,
  type ImagePerturbation,
  impulseNoise,
  jpegCompression,
  pixelate,
  Random,
  type Severity,
  type SeverityOptions,
  shotNoise,
} from "../../../mod.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";

/** What `tests/golden/make_image_perturbations.py` writes. */
interface Golden {
  readonly width: number;
  readonly height: number;
  readonly image: readonly number[];
  readonly changed: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}
const golden: Golden = JSON.parse(
  await Deno.readTextFile(goldenPath("image_perturbations.json")),
);
const { width, height } = golden;
const image = { width, height, channels: 3, data: Uint8Array.from(golden.image) } as const;

type Maker = (options?: SeverityOptions) => ImagePerturbation;
/** The largest difference of a value of 255, and the largest mean: what the peers round on their way. */
const exact: Readonly<Record<string, readonly [Maker, number, number]>> = {
  brightness: [brightness, 1, 0.2], // steps of a tenth end in halves, which are rounded either way
  contrast: [contrast, 0, 0],
  gaussianBlur: [gaussianBlur, 0, 0],
  pixelate: [pixelate, 1, 0.5], // Pillow rounds after each direction
  jpegCompression: [jpegCompression, 6, 0.5], // libjpeg transforms in whole numbers
};

for (const [name, [make, most, mostMean]] of Object.entries(exact)) {
  Deno.test(`${name} gives the numbers of the reference`, () => {
    for (const [severity, expected] of Object.entries(golden.changed[name])) {
      const options = { severity: Number(severity) as Severity };
      const { data } = make(options).apply(image, Random.fromSeed(1));
      const apart = expected.map((value, at) => Math.abs(value - data[at]));
      const mean = apart.reduce((sum, each) => sum + each, 0) / apart.length;
      const words = `${severity}: largest ${Math.max(...apart)}, mean ${mean}`;
      assert.ok(Math.max(...apart) <= most && mean <= mostMean, words);
    }
  });
}

const side = 64;
const grey = {
  ...{ width: side, height: side, channels: 3 as const },
  data: new Uint8Array(side * side * 3).fill(128),
} as const;

/** Mean and standard deviation of values from 0 to 1. */
function moments(data: Uint8Array): { readonly mean: number; readonly deviation: number } {
  const values = Array.from(data, (value) => value / 255);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}

Deno.test("noise has the moments of ImageNet-C's, and follows from its seed", () => {
  const of = (each: ImagePerturbation, seed = 1) => each.apply(grey, Random.fromSeed(seed)).data;
  const light = 128 / 255;
  // 12,288 values: the standard error of the deviations is below 1 %, and 4 % are allowed.
  const normal = moments(of(gaussianNoise({ severity: 1 })));
  assert.ok(Math.abs(normal.deviation / 0.08 - 1) < 0.04 && Math.abs(normal.mean - light) < 0.004);
  const shot = moments(of(shotNoise({ severity: 1 })));
  assert.ok(Math.abs(shot.deviation / Math.sqrt(light / 60) - 1) < 0.04);
  const lost = of(impulseNoise({ severity: 5 })).filter((value) => value !== 128);
  assert.ok(Math.abs(lost.length / grey.data.length - 0.27) < 0.02);
  assert.ok(lost.every((value) => value === 0 || value === 255));
  assert.ok(Math.abs(lost.filter((value) => value > 0).length / lost.length - 0.5) < 0.05);
  assert.deepEqual(of(gaussianNoise(), 3), of(gaussianNoise(), 3));
  assert.notDeepEqual(of(gaussianNoise(), 3), of(gaussianNoise(), 4));
});

Deno.test("severities rise, and others are refused", () => {
  const apart = (severity: Severity) => {
    const { data } = jpegCompression({ severity }).apply(image, Random.fromSeed(1));
    return data.reduce((sum, value, at) => sum + Math.abs(value - image.data[at]), 0);
  };
  assert.ok(apart(1) < apart(3) && apart(3) < apart(5));
  assert.equal(brightness({ severity: 2 }).name, "brightness 2");
  assert.throws(
    () => pixelate({ severity: 6 as 5 }),
    isMistake("input", "pixelate", "severity is 6"),
  );
});
