import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { rotation, shearX, shift, transformed } from "../../../lib/image/augment/affine.ts";
import { augmented, type ImageExample } from "../../../lib/image/augment/augmentation.ts";
import { betaSample } from "../../../lib/image/augment/beta_sample.ts";
import { colorJitter } from "../../../lib/image/augment/color_jitter.ts";
import { cutmix } from "../../../lib/image/augment/cutmix.ts";
import { horizontalFlip } from "../../../lib/image/augment/horizontal_flip.ts";
import { mixup } from "../../../lib/image/augment/mixup.ts";
import { randAugment } from "../../../lib/image/augment/rand_augment.ts";
import { randomErasing } from "../../../lib/image/augment/random_erasing.ts";
import { randomResizedCrop } from "../../../lib/image/augment/random_resized_crop.ts";
import { maskBox, maskPixels, runMaskOf } from "../../../lib/image/masks/run_mask.ts";
import { maskArea } from "../masks/mask_area.ts";

const [width, height] = [40, 30];

/** A white rectangle on black, with its box, its mask and its class for each pixel. */
function scene([x, y, w, h]: readonly number[] = [10, 6, 12, 9]): ImageExample {
  const inside = Uint8Array.from({ length: width * height }, (_, at) => {
    const [column, row] = [at % width, Math.floor(at / width)];
    return column >= x && column < x + w && row >= y && row < y + h ? 1 : 0;
  });
  const data = Uint8Array.from(
    { length: inside.length * 3 },
    (_, at) => inside[Math.floor(at / 3)] * 255,
  );
  return {
    image: { width, height, channels: 3, data },
    objects: [{
      box: [x, y, w, h],
      label: "white",
      mask: runMaskOf(inside, width, height),
      area: w * h,
    }],
    mask: { width, height, ids: inside },
  };
}

const all = [
  randomResizedCrop({ size: { width: 24, height: 18 }, scale: [0.5, 1] }),
  horizontalFlip(),
  colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  randAugment(),
  randomErasing({ fill: "noise" }),
];

Deno.test("the same seed, epoch and example give the same bits, others give others", () => {
  const run = (seed: number, epoch: number, example: number) =>
    JSON.stringify(augmented(scene(), all, { seed, epoch, example }));
  assert.equal(run(1, 2, 3), run(1, 2, 3));
  const several = new Set([run(1, 2, 3), run(2, 2, 3), run(1, 3, 3), run(1, 2, 4)]);
  assert.equal(several.size, 4);
});

Deno.test("nothing that is given is changed", () => {
  const example = scene();
  const before = JSON.stringify(example);
  for (let epoch = 0; epoch < 20; epoch++) augmented(example, all, { seed: 1, epoch, example: 0 });
  assert.equal(JSON.stringify(example), before);
});

/** What boxes, masks and classes must still say of the pixels. */
function checkScene({ image, objects, mask }: ImageExample, name: string): void {
  const pixels = image.width * image.height;
  assert.equal(image.data.length, pixels * image.channels, name);
  assert.deepEqual([mask!.width, mask!.height], [image.width, image.height], name);
  const white = (at: number) => image.data[at * image.channels] > 127;
  let wrong = 0;
  for (let at = 0; at < pixels; at++) if (white(at) !== (mask!.ids[at] === 1)) wrong++;
  // Resizing blends the edge.
  assert.ok(wrong <= 4 * (image.width + image.height) / 2, `${name}: ${wrong} pixels`);
  for (const object of objects!) {
    assert.deepEqual(maskPixels(object.mask!), Uint8Array.from(mask!.ids), name);
    const [x, y, w, h] = object.box;
    assert.ok(
      x >= 0 && y >= 0 && x + w <= image.width + 1e-9 && y + h <= image.height + 1e-9,
      name,
    );
    const [mx, my, mw, mh] = maskBox(object.mask!);
    const differences = [mx - x, my - y, mx + mw - x - w, my + mh - y - h];
    assert.ok(differences.every((each) => Math.abs(each) <= 1), `${name}: ${differences}`);
  }
}

Deno.test("boxes, masks and classes move along with the pixels", () => {
  const moves = {
    crop: randomResizedCrop({ size: { width: 32, height: 27 }, scale: [0.4, 1] }),
    flip: horizontalFlip({ probability: 1 }),
  };
  let kept = 0;
  for (const [name, move] of Object.entries(moves)) {
    for (let example = 0; example < 60; example++) {
      const result = augmented(scene(), [move], { seed: 5, epoch: 0, example });
      checkScene(result, `${name} ${example}`);
      kept += result.objects!.length;
      if (result.objects!.length === 0) continue;
      const [{ area, mask }] = result.objects!;
      assert.ok(Math.abs(area! - maskArea(mask!)) <= 0.2 * area! + 8, `${area} ${maskArea(mask!)}`);
    }
  }
  assert.ok(kept > 90, `${kept} of 120 objects`);
});

Deno.test("an object is dropped where less than a quarter of it is left", () => {
  const moved = (x: number) => transformed(scene(), shift(x, 0)).objects!;
  assert.deepEqual(moved(-18).map(({ box }) => box), [[0, 6, 4, 9]]);
  assert.deepEqual(moved(-20), []);
});

Deno.test("shears and turns keep boxes around their objects", () => {
  const example = scene();
  for (const affine of [shearX(0.2), rotation(20, example.image), shift(5, -3)]) {
    const { objects, mask } = transformed(example, affine);
    const [{ box: [x, y, w, h], mask: own }] = objects!;
    assert.deepEqual(maskPixels(own!), mask!.ids.map((id) => id === 255 ? 0 : id));
    const [mx, my, mw, mh] = maskBox(own!);
    assert.ok(mx >= x - 1 && my >= y - 1 && mx + mw <= x + w + 1 && my + mh <= y + h + 1);
    assert.ok(Math.abs(maskArea(own!) - 108) <= 12, String(maskArea(own!)));
  }
  assert.deepEqual(transformed(example, rotation(0, example.image)), example);
});

Deno.test("flips happen half the time, and twice is nothing", () => {
  const example = scene();
  let flips = 0;
  for (let row = 0; row < 400; row++) {
    const noise = { seed: 9, epoch: 0, example: row };
    if (augmented(example, [horizontalFlip()], noise) !== example) flips++;
  }
  assert.ok(Math.abs(flips - 200) < 40, String(flips));
  const always = horizontalFlip({ probability: 1 });
  assert.deepEqual(
    augmented(example, [always, always], { seed: 1, epoch: 0, example: 0 }),
    example,
  );
});

Deno.test("crops have areas and shapes from the ranges that are given", () => {
  // A ramp tells where a crop comes from: its left and right end are in the pixels.
  const [w, h] = [120, 90];
  const data = Uint8Array.from({ length: w * h * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return at % 3 === 0 ? pixel % w : at % 3 === 1 ? Math.floor(pixel / w) : 0;
  });
  const image = { width: w, height: h, channels: 3, data } as const;
  const crop = randomResizedCrop({ size: 60, scale: [0.2, 0.6], ratio: [0.5, 2] });
  const areas: number[] = [];
  for (let example = 0; example < 300; example++) {
    const result = augmented({ image }, [crop], { seed: 3, epoch: 0, example }).image.data;
    const last = result.length - 3;
    const [across, down] = [result[last] - result[0], result[last + 1] - result[1]];
    areas.push((across + 2) * (down + 2) / (w * h));
  }
  const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  assert.ok(Math.abs(mean - 0.4) < 0.04, String(mean));
  assert.ok(Math.min(...areas) > 0.15 && Math.max(...areas) < 0.68);
});

Deno.test("an image that no crop fits gives its middle", () => {
  const image = { width: 50, height: 1, channels: 3, data: new Uint8Array(150) } as const;
  const crop = randomResizedCrop({ size: 4, scale: [1, 1] });
  const { width, height } = augmented({ image }, [crop], { seed: 1, epoch: 0, example: 0 }).image;
  assert.deepEqual([width, height], [4, 4]);
});

Deno.test("erasing hides the share that is asked for, half the time", () => {
  const data = new Uint8Array(60 * 50 * 3).map((_, at) => at % 2 * 255);
  const image = { width: 60, height: 50, channels: 3, data } as const;
  let [erased, share] = [0, 0];
  for (let example = 0; example < 400; example++) {
    const noise = { seed: 2, epoch: 0, example };
    const result = augmented({ image }, [randomErasing({ scale: [0.1, 0.3] })], noise).image.data;
    const changed = result.filter((value, at) => value !== data[at]).length / data.length;
    if (changed > 0) erased++;
    share += changed;
  }
  assert.ok(Math.abs(erased - 200) < 40, String(erased));
  assert.ok(Math.abs(share / erased - 0.2) < 0.02, String(share / erased));
});

Deno.test("jitter stays within its factors and keeps grey grey", () => {
  const image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(100, 100, 100) } as const;
  const jitter = colorJitter({ brightness: 0.3, saturation: 0.5, hue: 0.4 });
  const values = Array.from({ length: 300 }, (_, example) => {
    const [red, green, blue] =
      augmented({ image }, [jitter], { seed: 4, epoch: 1, example }).image.data;
    assert.ok(red === green && green === blue);
    return red;
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.min(...values) >= 69 && Math.max(...values) <= 130);
  assert.ok(Math.abs(mean - 99.5) < 3, String(mean));
});

Deno.test("RandAugment of magnitude 0 changes little, more changes more", () => {
  const data = Uint8Array.from({ length: 3600 }, (_, at) => (at * 7) % 200 + 20);
  const image = { width: 40, height: 30, channels: 3, data } as const;
  const changeBy = (magnitude: number) => {
    let sum = 0;
    for (let example = 0; example < 100; example++) {
      const noise = { seed: 1, epoch: 0, example };
      const result = augmented({ image }, [randAugment({ magnitude })], noise).image.data;
      sum += result.reduce((total, value, at) => total + Math.abs(value - data[at]), 0);
    }
    return sum / 100 / data.length;
  };
  const [none, some, most] = [changeBy(0), changeBy(9), changeBy(30)];
  assert.ok(none < some && some < most, `${none} ${some} ${most}`);
});

/** Images of one value each. */
function valueBatch(count: number, edge: number) {
  return {
    batch: count,
    width: edge,
    height: edge,
    pixels: Float32Array.from(
      { length: count * 3 * edge * edge },
      (_, at) => Math.floor(at / (3 * edge * edge)),
    ),
    // Each image is of a class of its own.
    targets: Float32Array.from(
      { length: count * count },
      (_, at) => at % (count + 1) === 0 ? 1 : 0,
    ),
  };
}

Deno.test("mixup and cutmix mix pixels and targets by the same share", () => {
  const batch = valueBatch(5, 8);
  const size = 3 * 64;
  for (const [mix, seeds] of [[mixup({ alpha: 0.8 }), 40], [cutmix(), 40]] as const) {
    for (let seed = 0; seed < seeds; seed++) {
      const { pixels, targets } = mix.apply(batch, Random.fromSeed(seed));
      for (let image = 0; image < 5; image++) {
        const row = targets.subarray(image * 5, image * 5 + 5);
        assert.ok(Math.abs(row.reduce((sum, each) => sum + each, 0) - 1) < 1e-6);
        const expected = row.reduce((sum, share, value) => sum + share * value, 0);
        const own = pixels.subarray(image * size, (image + 1) * size);
        const mean = own.reduce((sum, each) => sum + each, 0) / size;
        assert.ok(Math.abs(mean - expected) < 1e-4, `${mix.name} ${seed}: ${mean} ${expected}`);
      }
      assert.deepEqual(
        mix.apply(batch, Random.fromSeed(seed)),
        mix.apply(batch, Random.fromSeed(seed)),
      );
    }
  }
});

Deno.test("shares have the mean and the variance of the Beta distribution", () => {
  const random = Random.fromSeed(8);
  for (const alpha of [0.2, 1, 4]) {
    const values = Array.from({ length: 8000 }, () => betaSample(alpha, random));
    const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
    const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean - 0.5) < 0.02, `${alpha}: ${mean}`);
    assert.ok(Math.abs(variance * 4 * (2 * alpha + 1) - 1) < 0.06, `${alpha}: ${variance}`);
  }
});

Deno.test("options are checked", () => {
  assert.throws(() => randomResizedCrop({} as never), /size is missing/);
  assert.throws(() => randomResizedCrop({ size: 8, scale: [0, 1] }), /scale is \[0,1\]/);
  assert.throws(() => randAugment({ magnitude: 31 }), /from 0 to 30/);
  assert.throws(() => horizontalFlip({ probability: 2 }), /in \[0, 1\]/);
  assert.throws(() => colorJitter({ hue: 0.7 }), /from 0 to 0\.5/);
  for (const make of [horizontalFlip, colorJitter, randAugment, randomErasing, mixup, cutmix]) {
    assert.throws(() => make({ nonsense: 1 } as never), /no option nonsense/);
  }
});
