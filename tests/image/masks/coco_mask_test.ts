import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { cocoMask } from "../../../lib/image/masks/coco_mask.ts";
import { joinMasks } from "../../../lib/image/masks/join_masks.ts";
import { polygonMask } from "../../../lib/image/masks/polygon_mask.ts";
import { checkRunMask, maskBox, maskPixels, runMaskOf } from "../../../lib/image/masks/run_mask.ts";
import { Random } from "../../../lib/core/random.ts";
import { goldenArrays } from "../golden_images.ts";
import { maskArea } from "./mask_area.ts";

const cocoPath = fileURLToPath(new URL("../../golden/objects/coco.json", import.meta.url));
const coco = JSON.parse(await Deno.readTextFile(cocoPath));

Deno.test("outlines and run lengths are the pixels, areas and boxes of pycocotools", async () => {
  const masks = await goldenArrays("../objects/coco_masks.safetensors");
  const sizes = new Map<number, { width: number; height: number }>(
    coco.images.map((image: { id: number }) => [image.id, image]),
  );
  assert.ok(coco.annotations.length > 30);
  for (const { id, image_id, segmentation } of coco.annotations) {
    const { width, height } = sizes.get(image_id)!;
    const mask = cocoMask(segmentation, width, height, "it")!;
    checkRunMask(mask, String(id));
    const golden = masks.get(String(id))!;
    assert.deepEqual(golden.shape, [height, width]);
    assert.deepEqual(maskPixels(mask), golden.data, `annotation ${id}`);
    assert.equal(maskArea(mask), masks.get(`${id}.area`)!.data[0]);
    assert.deepEqual(maskBox(mask), [...masks.get(`${id}.box`)!.data], `annotation ${id}`);
  }
});

Deno.test("masks come back from pixels and runs", () => {
  const random = Random.fromSeed(3);
  for (let round = 0; round < 50; round++) {
    const [width, height] = [1 + random.bits() % 40, 1 + random.bits() % 40];
    const share = random.uniform();
    const pixels = Uint8Array.from(
      { length: width * height },
      () => random.uniform() < share ? 1 : 0,
    );
    const mask = runMaskOf(pixels, width, height);
    checkRunMask(mask, "it");
    assert.deepEqual(maskPixels(mask), pixels);
    assert.equal(maskArea(mask), pixels.reduce((sum, each) => sum + each, 0));
    const whole = joinMasks([mask, runMaskOf(pixels.map((each) => 1 - each), width, height)]);
    assert.equal(maskArea(whole), width * height);
  }
});

Deno.test("an outline beyond the image fills it and no more", () => {
  assert.equal(maskArea(polygonMask([-9, -9, 50, -9, 50, 50, -9, 50], 10, 10)), 100);
  assert.equal(maskArea(polygonMask([20, 20, 30, 20, 30, 30], 10, 10)), 0);
});

Deno.test("masks that fit nothing are refused by name", () => {
  const refused = (segmentation: unknown, message: RegExp) =>
    assert.throws(() => cocoMask(segmentation, 4, 3, "annotation 5"), message);
  refused([[1, 2, 3]], /annotation 5 has a mask that has an outline that is not x and y/);
  refused({ size: [4, 3], counts: [12] }, /is for \[4,3\], and the image has 3 × 4/);
  refused({ size: [3, 4], counts: [5] }, /runs have 5 pixels instead of 4 × 3/);
  refused({ size: [3, 4], counts: [5, -1, 8] }, /runs are not whole numbers/);
  refused({ size: [3, 4], counts: ["5", 7] }, /runs are not whole numbers/);
  refused({ size: [3, 4], counts: "\u00ff" }, /is damaged: its compressed runs/);
  refused({ size: [3, 4], counts: "h" }, /cut off/);
  refused("mask.png", /neither outlines nor run lengths/);
  assert.equal(cocoMask(undefined, 4, 3, "it"), undefined);
  assert.equal(cocoMask([], 4, 3, "it"), undefined);
});
