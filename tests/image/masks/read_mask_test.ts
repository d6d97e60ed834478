import assert from "node:assert/strict";
import { encode } from "fast-png";
import { readMask } from "../../../lib/image/masks/read_mask.ts";
import { goldenArrays, goldenBytes } from "../golden_images.ts";

Deno.test("palettes give their entries, grey gives its values, 16 bits stay", async () => {
  const golden = await goldenArrays("masks.safetensors");
  for (const name of ["palette.png", "palette2.png", "palette_clear.png", "grey.png", "bits.png"]) {
    const mask = await readMask(await goldenBytes(name), { where: name });
    const { shape: [height, width], data } = golden.get(name)!;
    assert.deepEqual([mask.height, mask.width], [height, width], name);
    assert.deepEqual(mask.ids, data, name);
  }
  const ids = Uint16Array.of(0, 1, 300, 65535);
  const png = encode({ width: 2, height: 2, channels: 1, depth: 16, data: ids });
  assert.deepEqual((await readMask(png, { where: "a" })).ids, ids);
});

Deno.test("colour is a mask only where it is grey", async () => {
  const data = Uint8Array.of(1, 1, 1, 7, 7, 7);
  const grey = encode({ width: 2, height: 1, channels: 3, depth: 8, data });
  assert.deepEqual([...(await readMask(grey, { where: "a" })).ids], [1, 7]);
  const coloured = await goldenBytes("rgb.png");
  await assert.rejects(readMask(coloured, { where: "m.png" }), /m\.png has colours/);
});

Deno.test("what is no whole PNG is refused by name", async () => {
  const jpeg = await goldenBytes("grey.jpg");
  await assert.rejects(readMask(jpeg, { where: "m.png" }), /m\.png is a JPEG image, which changes/);
  const cut = (await goldenBytes("grey.png")).subarray(0, 300);
  await assert.rejects(
    readMask(cut, { where: "m.png" }),
    /m\.png is a PNG image that cannot be decoded/,
  );
  await assert.rejects(readMask(new Uint8Array(), { where: "m.png" }), /m\.png is empty/);
  const small = { where: "m.png", maxPixels: 10 };
  const whole = await goldenBytes("grey.png");
  await assert.rejects(readMask(whole, small), /37 × 23 pixels/);
  await assert.rejects(readMask(whole, { where: "a", nonsense: 1 } as never), /no option nonsense/);
});
