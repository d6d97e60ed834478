import assert from "node:assert/strict";
import { decodeImage } from "../../../lib/image/decode_image.ts";
import { imageProcessor } from "../../../lib/image/processor/image_processor.ts";
import { padBatch } from "../../../lib/image/processor/pad_batch.ts";
import { goldenArrays, goldenBytes, largestDifference } from "../golden_images.ts";

interface GoldenConfig {
  readonly given: Record<string, unknown>;
  readonly saved: Record<string, unknown>;
}

const configs: GoldenConfig[] = JSON.parse(
  new TextDecoder().decode(await goldenBytes("processors.json")),
);

Deno.test("processors give the bits of transformers on Pillow", async () => {
  const golden = await goldenArrays("processors.safetensors");
  let compared = 0;
  for (const [key, { data }] of golden) {
    if (key.endsWith("/shape")) continue;
    const [index, name] = key.split("/");
    const [channels, height, width] = golden.get(`${key}/shape`)!.data;
    const { given, saved } = configs[Number(index)];
    for (const config of name === "square.jpg" ? [given, saved] : [given]) {
      const processor = imageProcessor(config);
      const image = await decodeImage(await goldenBytes(name), { where: name });
      const size = processor.outputSize(image);
      const all = { ...size, pixels: await processor.process(image) };
      const pad = config.pad_size as { width: number; height: number } | undefined;
      const { pixels } = pad ? padBatch([all], pad) : all;
      assert.deepEqual([3, pad?.height ?? size.height, pad?.width ?? size.width], [
        channels,
        height,
        width,
      ], `${key} ${JSON.stringify(config)}`);
      if (processor.size && !pad) assert.deepEqual(processor.size, size);
      const stride = Math.max(Math.floor(pixels.length / 400), 1) | 1;
      const values = pixels.filter((_, at) => at % stride === 0);
      assert.equal(largestDifference(values, data), 0, `${key} ${JSON.stringify(config)}`);
      compared++;
    }
  }
  assert.ok(compared > 200);
});

Deno.test("the completed config has every key that transformers saves, with its value", () => {
  for (const { given, saved } of configs) {
    const { config } = imageProcessor(given);
    for (const [key, value] of Object.entries(saved)) {
      // What annotations are is no matter of pixels.
      if (["format", "do_convert_annotations"].includes(key)) continue;
      assert.deepEqual(config[key], value, `${given.image_processor_type} ${key}`);
    }
    assert.deepEqual(imageProcessor(config).config, config);
  }
});

Deno.test("keys of older files are read", () => {
  const older = (config: Record<string, unknown>) => imageProcessor(config).config;
  assert.deepEqual(
    older({ feature_extractor_type: "ViTFeatureExtractor", size: 384 }).size,
    { height: 384, width: 384 },
  );
  assert.deepEqual(
    older({ feature_extractor_type: "DetrFeatureExtractor", size: 800, max_size: 1333 }).size,
    { shortest_edge: 800, longest_edge: 1333 },
  );
  assert.deepEqual(
    older({ image_processor_type: "ConvNextFeatureExtractor", size: 224 }).size,
    { shortest_edge: 224 },
  );
  const clip = older({ feature_extractor_type: "CLIPFeatureExtractor", crop_size: 224, size: 224 });
  assert.deepEqual(clip.crop_size, { height: 224, width: 224 });
  assert.equal(clip.image_processor_type, "CLIPImageProcessor");
  assert.equal(
    older({ feature_extractor_type: "SegformerFeatureExtractor", reduce_labels: true })
      .do_reduce_labels,
    true,
  );
  assert.equal(
    older({ image_processor_type: "ViTImageProcessorFast" }).image_processor_type,
    "ViTImageProcessor",
  );
});

Deno.test("configs that make no sense are refused whole", () => {
  assert.throws(
    () =>
      imageProcessor({
        image_processor_type: "ViTImageProcessor",
        size: { edge: 3 },
        resample: 9,
        image_std: [1, 0, 1],
      }, "a/preprocessor_config.json"),
    /a\/preprocessor_config\.json makes no sense:[^]*resample is 9[^]*size is \{"edge":3\}[^]*image_std/,
  );
  assert.throws(() => imageProcessor({}), /has no image_processor_type; known ones are ViTImage/);
  assert.throws(
    () => imageProcessor({ image_processor_type: "DonutImageProcessor" }),
    /"DonutImageProcessor", which is not known/,
  );
  assert.throws(() => imageProcessor([] as never), /must be an object/);
});

Deno.test("masks are placed like their image, what is outside is ignored", () => {
  const processor = imageProcessor({
    image_processor_type: "MobileNetV2ImageProcessor",
    size: { shortest_edge: 2 },
    crop_size: { height: 2, width: 4 },
    do_reduce_labels: true,
  });
  const mask = {
    width: 4,
    height: 4,
    ids: Uint8Array.of(1, 1, 2, 2, 1, 1, 2, 2, 0, 0, 9, 9, 0, 0, 9, 9),
  };
  const placed = processor.processMask(mask, 255);
  assert.deepEqual([...placed.ids], [255, 0, 1, 255, 255, 255, 8, 255]);
});

Deno.test("an image of the result's size is only normalised", async () => {
  const processor = imageProcessor({ image_processor_type: "ViTImageProcessor" });
  const data = Uint8Array.from({ length: 224 * 224 * 3 }, (_, at) => at * 7 % 256);
  const image = { width: 224, height: 224, channels: 3, data } as const;
  assert.deepEqual(processor.normalize(image), await processor.process(image));
});

Deno.test("an image too thin to be left over is refused", async () => {
  const processor = imageProcessor({
    image_processor_type: "DetrImageProcessor",
    size: { shortest_edge: 10, longest_edge: 20 },
  });
  const thin = { width: 1, height: 400, channels: 1, data: new Uint8Array(400) } as const;
  await assert.rejects(processor.process(thin), /an image of 1 × 400 pixels has no pixel left/);
});
