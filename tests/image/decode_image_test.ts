import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { decodeImage } from "../../lib/image/decode_image.ts";
import { imageSize } from "../../lib/image/image_size.ts";
import { decodePlain, plainSize } from "../../lib/image/plain_decoder.ts";
import type { Image } from "../../lib/image/image.ts";
import { imageKindOf } from "../../lib/image/image_kind.ts";
import { mostPixels } from "../../lib/image/decode_image.ts";
import { goldenArrays, goldenBytes, largestDifference } from "./golden_images.ts";

const limit = { maxPixels: mostPixels, reason: "a test" };
const plain = (bytes: Uint8Array, where: string) =>
  decodePlain(bytes, imageKindOf(bytes).format!, { where, ...limit });

/** A palette may be all that a file says of alpha, and one reader may give grey as RGB. */
function sameChannels(image: Image, channels: number): ArrayLike<number> {
  const { data, channels: own } = image;
  if (own === channels) return data;
  assert.ok(own === 1 || own === 4, `${own} channels instead of ${channels}`);
  const pixels = Array.from({ length: image.width * image.height }, (_, at) => at);
  return pixels.flatMap((at) =>
    Array.from({ length: channels }, (_, c) => data[at * own + (own === 1 ? 0 : c)])
  );
}

Deno.test("every format and kind has the pixels that Pillow reads", async () => {
  for (
    const [name, { shape: [height, width, channels], data }] of await goldenArrays(
      "pixels.safetensors",
    )
  ) {
    const image = await decodeImage(await goldenBytes(name), { where: name });
    assert.deepEqual([image.height, image.width], [height, width], name);
    const difference = largestDifference(sameChannels(image, channels), data);
    assert.ok(difference === 0, `${name}: ${difference}`);
  }
});

Deno.test("without sharp, JPEG and PNG have the same pixels", async () => {
  for (
    const [name, { shape: [height, width, channels], data }] of await goldenArrays(
      "pixels.safetensors",
    )
  ) {
    if (!/\.(png|jpg)$/.test(name)) continue;
    const image = await plain(await goldenBytes(name), name);
    assert.deepEqual([image.height, image.width], [height, width], name);
    const difference = largestDifference(sameChannels(image, channels), data);
    assert.ok(difference === 0, `${name}: ${difference}`);
  }
});

Deno.test("grey stays one channel, 16 bits are told, CMYK becomes RGB", async () => {
  const read = async (name: string) => await decodeImage(await goldenBytes(name), { where: name });
  for (const name of ["grey.png", "grey.jpg", "grey16.png", "bits.png"]) {
    assert.equal((await read(name)).channels, 1, name);
    assert.equal((await plain(await goldenBytes(name), name)).channels, 1, name);
  }
  assert.equal((await read("grey_alpha.png")).channels, 2);
  assert.deepEqual([(await read("grey16.png")).depth, (await read("rgb16.png")).depth], [16, 16]);
  assert.equal((await read("grey.png")).depth, 8);
  assert.equal((await read("cmyk.jpg")).channels, 3);
});

/** The error of kind "data" for some bytes, from both decoders where both read the format. */
async function refusals(bytes: Uint8Array, where: string, maxPixels?: number): Promise<string[]> {
  const messages: string[] = [];
  const refused = (error: unknown) => {
    assert.ok(error instanceof TunebookError, String(error));
    assert.equal(error.kind, "data");
    assert.ok(error.message.startsWith(where), error.message);
    messages.push(error.message);
    return true;
  };
  await assert.rejects(
    decodeImage(bytes, { where, ...(maxPixels === undefined ? {} : { maxPixels }) }),
    refused,
  );
  return messages;
}

Deno.test("truncated files of every format are refused by name", async () => {
  for (
    const name of [
      "rgb.png",
      "colour.jpg",
      "progressive.jpg",
      "lossy.webp",
      "lossless.webp",
      "still.gif",
      "rgb.tif",
      "palette.png",
      "rgb16.png",
    ]
  ) {
    const bytes = await goldenBytes(name);
    for (const share of [0.3, 0.6, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      const [message] = await refusals(cut, `row 3 (${name})`);
      assert.match(message, /truncated or damaged/, name);
      if (/\.(png|jpg)$/.test(name)) await assert.rejects(plain(cut, name), Error, name);
    }
  }
});

Deno.test("bytes that are no image say what they are", async () => {
  const text = (words: string) => new TextEncoder().encode(words);
  const cases: readonly [Uint8Array, RegExp][] = [
    [new Uint8Array(), /cat\.png is empty/],
    [text("this is not a picture\n"), /cat\.png is text; images may be JPEG/],
    [text("<svg xmlns='http://www.w3.org/2000/svg'/>"), /an SVG drawing/],
    [text("<!DOCTYPE html><html>404</html>"), /a web page/],
    [text("version https://git-lfs.github.com/spec/v1\noid sha256:1"), /Git LFS pointer/],
    [text("%PDF-1.7"), /a PDF document/],
    [Uint8Array.of(0, 0, 0, 24, ...text("ftypmp42\0\0\0\0mp42isom")), /a video/],
    [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), /no image of a known format/],
  ];
  for (const [bytes, message] of cases) {
    assert.match((await refusals(bytes, "cat.png"))[0], message);
  }
});

Deno.test("a bomb is refused before it is decoded", async () => {
  const bomb = bombPng(40_000, 30_000);
  const [message] = await refusals(bomb, "bomb.png");
  assert.match(message, /bomb\.png has 40000 × 30000 pixels, more than 89,478,485/);
  await assert.rejects(plain(bomb, "bomb.png"), /40000 × 30000/);
  assert.match((await refusals(await goldenBytes("rgb.png"), "a", 850))[0], /37 × 23 pixels/);
  assert.match((await refusals(await goldenBytes("colour.jpg"), "a", 850))[0], /37 × 23 pixels/);
});

/** A PNG whose header claims a size, followed by no pixels. */
function bombPng(width: number, height: number): Uint8Array {
  const chunk = new Uint8Array(17);
  const view = new DataView(chunk.buffer);
  chunk.set(new TextEncoder().encode("IHDR"));
  view.setUint32(4, width);
  view.setUint32(8, height);
  chunk.set([8, 2, 0, 0, 0], 12);
  return Uint8Array.of(
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...[0, 0, 0, 13],
    ...chunk,
    ...bigEndian(crc32(chunk)),
    ...bigEndian(0),
    ...new TextEncoder().encode("IDAT"),
    ...bigEndian(0x35af061e),
    ...bigEndian(0),
    ...new TextEncoder().encode("IEND"),
    ...bigEndian(0xae426082),
  );
}

const bigEndian = (
  value: number,
) => [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

Deno.test("an animation gives its first frame, and what only sharp reads says so", async () => {
  const [still, animated] = await Promise.all(
    ["still.gif", "animated.gif"].map(async (name) =>
      await decodeImage(await goldenBytes(name), { where: name })
    ),
  );
  assert.deepEqual([animated.width, animated.height], [37, 23]);
  assert.equal(largestDifference(sameChannels(animated, 3), sameChannels(still, 3)), 0);
  await assert.rejects(
    plain(await goldenBytes("lossy.webp"), "a.webp"),
    /a\.webp is WEBP, which needs the package sharp, and sharp does not load here \(a test\)/,
  );
  await assert.rejects(plain(await goldenBytes("cmyk.jpg"), "c.jpg"), /CMYK/);
});

Deno.test("the size is read from the header, upright", async () => {
  for (const [name, { shape: [height, width] }] of await goldenArrays("pixels.safetensors")) {
    const bytes = await goldenBytes(name);
    assert.deepEqual(await imageSize(bytes, { where: name }), { width, height }, name);
    if (!/\.(png|jpg)$/.test(name)) continue;
    const size = plainSize(bytes, imageKindOf(bytes).format!, { where: name, reason: "a test" });
    assert.deepEqual(size, { width, height }, name);
  }
});

Deno.test("options are checked", async () => {
  const bytes = await goldenBytes("rgb.png");
  await assert.rejects(decodeImage(bytes, {} as never), /where is missing/);
  await assert.rejects(decodeImage(bytes, { where: "a", nonsense: 1 } as never), /no option nonse/);
  await assert.rejects(decodeImage("a.png" as never, { where: "a" }), /from the bytes of a file/);
});
