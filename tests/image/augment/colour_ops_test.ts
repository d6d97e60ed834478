import assert from "node:assert/strict";
import { rotation, transformed } from "../../../lib/image/augment/affine.ts";
import {
  autoContrasted,
  equalized,
  posterized,
  solarized,
  withBrightness,
  withContrast,
  withSaturation,
  withSharpness,
} from "../../../lib/image/augment/colour_ops.ts";
import { withHue } from "../../../lib/image/augment/shift_hue.ts";
import { decodeImage } from "../../../lib/image/decode_image.ts";
import { goldenArrays, goldenBytes, largestDifference } from "../golden_images.ts";

const image = await decodeImage(await goldenBytes("rgb.png"), { where: "rgb.png" });
const golden = await goldenArrays("augment.safetensors");
const dull = golden.get("dull")!.data as Uint8Array;

const ops: Readonly<Record<string, (amount: number) => Uint8Array>> = {
  brightness: (amount) => withBrightness(image.data, amount),
  contrast: (amount) => withContrast(image.data, amount),
  saturation: (amount) => withSaturation(image.data, amount),
  sharpness: (amount) => withSharpness(image.data, amount, image.width),
  hue: (amount) => withHue(image.data, amount),
  posterize: (amount) => posterized(image.data, amount),
  solarize: (amount) => solarized(image.data, amount),
  autoContrast: () => autoContrasted(dull),
  equalize: () => equalized(dull),
};

/** Pillow's smoothing adds up in float32, ours in whole numbers. */
const tolerances: Readonly<Record<string, number>> = { sharpness: 1 };

Deno.test("colours change as Pillow changes them", () => {
  for (const [key, { data }] of golden) {
    const [name, amount] = key.split("/");
    if (name === "dull" || name === "rotate") continue;
    const difference = largestDifference(ops[name](Number(amount)), data);
    assert.ok(difference <= (tolerances[name] ?? 0), `${key}: ${difference}`);
  }
});

Deno.test("images turn as Pillow turns them, but for pixels on an edge between two", () => {
  for (const [key, { data }] of golden) {
    const [name, degrees] = key.split("/");
    if (name !== "rotate") continue;
    const turned = transformed({ image }, rotation(Number(degrees), image)).image.data;
    const others = turned.filter((value, at) => value !== data[at]).length;
    assert.ok(others / data.length < 0.01, `${key}: ${others} of ${data.length}`);
  }
});
