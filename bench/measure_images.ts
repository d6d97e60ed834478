/**
 * Images a second and thread that are decoded, processed and augmented, beside sharp's own resizing:
 * `deno run -A bench/measure_images.ts [--rounds 9]`. All are measured in turns, in processor time.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { augmented } from "../lib/image/augment/augmentation.ts";
import { colorJitter } from "../lib/image/augment/color_jitter.ts";
import { horizontalFlip } from "../lib/image/augment/horizontal_flip.ts";
import { randAugment } from "../lib/image/augment/rand_augment.ts";
import { randomResizedCrop } from "../lib/image/augment/random_resized_crop.ts";
import { decodeImage } from "../lib/image/decode_image.ts";
import { decodePlain } from "../lib/image/plain_decoder.ts";
import { imageProcessor } from "../lib/image/processor/image_processor.ts";
import { resample } from "../lib/image/resample/resample.ts";
import { markdownTable } from "./markdown_table.ts";
import { median } from "./median.ts";
import { photograph } from "./photograph.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, images: { type: "string", default: "12" } },
});
const [rounds, repeats] = [Number(values.rounds), Number(values.images)];
// The usual size of a photograph of ImageNet, and one that a telephone sends.
const sizes = [[500, 375], [1600, 1200]] as const;

const processors = [
  [224, "ViT", 2],
  [224, "ViT", 3],
  [512, "Segformer", 2],
] as const;

for (const [width, height] of sizes) {
  const image = photograph(width, height);
  const raw = { raw: { width, height, channels: 3 } } as const;
  const jpeg = await sharp(image.data, raw).jpeg({ quality: 85 }).toBuffer();
  const where = "it";
  const decoded = await decodeImage(jpeg, { where });
  const augmentations = {
    "crop 224 and flip": [randomResizedCrop({ size: 224 }), horizontalFlip()],
    "and colours": [
      ...[randomResizedCrop({ size: 224 }), horizontalFlip()],
      colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 }),
    ],
    "crop 224, RandAugment": [randomResizedCrop({ size: 224 }), randAugment()],
  };
  const works: [string, (turn: number) => unknown][] = [
    ["decode", () => decodeImage(jpeg, { where })],
    [
      "decode without sharp",
      () => decodePlain(jpeg, "jpeg", { where, maxPixels: 1e9, reason: "" }),
    ],
  ];
  for (const [edge, name, filter] of processors) {
    const processor = imageProcessor({
      image_processor_type: `${name}ImageProcessor`,
      size: { height: edge, width: edge },
      resample: filter,
    });
    const kernel = filter === 3 ? "cubic" : "linear";
    const target = { width: edge, height: edge };
    const byPillow = filter === 3 ? "bicubic" : "bilinear";
    works.push([`process to ${edge}, ${byPillow}`, () => processor.process(decoded)]);
    works.push([
      `resize to ${edge}, ${byPillow}`,
      () => resample(decoded, { ...target, filter: byPillow }),
    ]);
    const bySharp = () =>
      sharp(decoded.data, raw).resize({ ...target, fit: "fill", kernel }).raw().toBuffer();
    works.push([`sharp, resize to ${edge}, ${kernel}`, bySharp]);
    const [ours, theirs] = [resample(decoded, { ...target, filter: byPillow }), await bySharp()];
    const most = ours.data.reduce(
      (top, value, at) => Math.max(top, Math.abs(value - theirs[at])),
      0,
    );
    console.log(`${width} × ${height} to ${edge}, ${kernel}: sharp is off by up to ${most} of 255`);
  }
  for (const [name, list] of Object.entries(augmentations)) {
    works.push([
      name,
      (example) => augmented({ image: decoded }, list, { seed: 1, epoch: 0, example }),
    ]);
  }
  const times = new Map<string, number[]>(works.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of works) {
      const before = cpuUsage();
      for (let turn = 0; turn < repeats; turn++) await work(round * repeats + turn);
      // The first round compiles.
      if (round > 0) times.get(name)!.push(processorMilliseconds(before) / repeats);
    }
  }
  console.log(`\n${width} × ${height} pixels, median of ${rounds} rounds of ${repeats} images\n`);
  console.log(markdownTable([...times].map(([name, all]) => {
    const milliseconds = median(all);
    return [name, {
      "ms": milliseconds.toFixed(1),
      "images a second": (1000 / milliseconds).toFixed(0),
    }];
  })));
}
