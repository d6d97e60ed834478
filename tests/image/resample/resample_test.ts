import assert from "node:assert/strict";
import { decodeImage } from "../../../lib/image/decode_image.ts";
import type { Image } from "../../../lib/image/image.ts";
import { resampleNames } from "../../../lib/image/resample/filters.ts";
import { cropped, resample } from "../../../lib/image/resample/resample.ts";
import { goldenArrays, goldenBytes, largestDifference } from "../golden_images.ts";

const images = new Map<string, Image>();
for (const name of ["rgb.png", "grey.png", "wide.jpg"]) {
  images.set(name, await decodeImage(await goldenBytes(name), { where: name }));
}

Deno.test("every filter gives the bits of Pillow", async () => {
  const golden = await goldenArrays("resized.safetensors");
  assert.ok(golden.size > 90);
  for (const [key, { data }] of golden) {
    const [name, number, size] = key.split("/");
    const [width, height] = size.split("x").map(Number);
    const filter = resampleNames[Number(number)];
    const result = resample(images.get(name)!, { width, height, filter });
    const stride = name === "wide.jpg" ? 37 : 1;
    const values = result.data.filter((_, at) => at % stride === 0);
    assert.equal(largestDifference(values, data), 0, key);
  }
});

Deno.test("a region of the result is what is cut out of the whole", () => {
  const image = images.get("rgb.png")!;
  for (const filter of resampleNames) {
    for (const [width, height] of [[20, 15], [60, 50], [37, 11], [15, 23], [37, 23]]) {
      const region = { left: 3, top: 2, width: width - 6, height: height - 5 };
      const whole = resample(image, { width, height, filter });
      assert.deepEqual(
        resample(image, { width, height, filter, region }).data,
        cropped(whole, region).data,
        `${filter} ${width} × ${height}`,
      );
    }
  }
});
