/**
 * The readers of images and of what is in them, with whole inputs.
 *
 * @module
 */
import { join } from "node:path";
import { readCoco } from "../../lib/data/images/read_coco.ts";
import { readVoc } from "../../lib/data/images/read_voc.ts";
import { readYolo } from "../../lib/data/images/read_yolo.ts";
import { decodeImage } from "../../lib/image/decode_image.ts";
import { imageKindOf } from "../../lib/image/image_kind.ts";
import { imageSize } from "../../lib/image/image_size.ts";
import { knownImage } from "../../lib/image/known_image.ts";
import { readMask } from "../../lib/image/masks/read_mask.ts";
import { decodePlain } from "../../lib/image/plain_decoder.ts";
import { imageProcessor } from "../../lib/image/processor/image_processor.ts";
import { goldenPath } from "../models/golden.ts";
import { damageBytes, damageJson, damageText } from "./damage.ts";
import type { FuzzedReader } from "./readers.ts";

/** The golden images are small; a damaged header must not ask for more. */
const maxPixels = 1_000_000;
const golden = (name: string) => Deno.readFile(goldenPath(name));
const encode = (text: string) => new TextEncoder().encode(text);

const images = [
  ...["rgb.png", "palette.png", "grey16.png", "colour.jpg", "progressive.jpg", "turned6.jpg"],
  ...["lossy.webp", "lossless.webp", "animated.gif", "rgb.tif"],
];

/** All of them. */
export async function imageReaders(): Promise<FuzzedReader[]> {
  const readers: FuzzedReader[] = [];
  for (const name of images) {
    readers.push({
      name: `image ${name}`,
      files: { [name]: await golden(`images/${name}`) },
      damages: { [name]: damageBytes },
      read: (folder) => readImage(join(folder, name), name),
    });
  }
  const png = await golden("images/grey.png");
  return [...readers, {
    name: "mask",
    files: { "mask.png": await golden("images/palette.png") },
    damages: { "mask.png": damageBytes },
    read: async (folder) =>
      await readMask(await Deno.readFile(join(folder, "mask.png")), {
        where: "mask.png",
        maxPixels,
      }),
  }, {
    name: "image processor",
    files: { "preprocessor_config.json": await savedConfig() },
    damages: { "preprocessor_config.json": damageJson },
    async read(folder) {
      const text = await Deno.readTextFile(join(folder, "preprocessor_config.json"));
      const processor = imageProcessor(JSON.parse(text));
      return processor.outputSize({ width: 37, height: 23 });
    },
  }, {
    name: "COCO",
    files: {
      "coco.json": await golden("objects/coco.json"),
      ...{ "0.png": png, "1.png": png, "2.png": png },
    },
    damages: { "coco.json": damageJson },
    read: (folder) => readCoco(join(folder, "coco.json"), { repair: true }),
  }, {
    name: "YOLO",
    files: {
      "data.yaml": encode("path: .\ntrain: images\nnames:\n  0: cat\n  1: dog\n"),
      "images/1.png": png,
      "labels/1.txt": encode("0 0.5 0.5 0.2 0.4\n1 0.1 0.1 0.4 0.1 0.4 0.4\n"),
    },
    damages: { "data.yaml": damageText, "labels/1.txt": damageText, "images/1.png": damageBytes },
    read: (folder) => readYolo(join(folder, "data.yaml")),
  }, {
    name: "Pascal VOC",
    files: {
      "1.xml": encode(
        "<annotation><filename>1.png</filename><size><width>37</width><height>23</height></size>" +
          "<object><name>a &amp; b</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax>" +
          "<ymax>8</ymax></bndbox></object></annotation>",
      ),
      "1.png": png,
    },
    damages: { "1.xml": damageText },
    read: (folder) => readVoc(folder),
  }];
}

/** Both decoders must read or refuse. */
async function readImage(path: string, where: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  const { format } = imageKindOf(bytes);
  if (format === "png" || format === "jpeg") {
    await knownImage(
      bytes,
      where,
      () => decodePlain(bytes, format, { where, maxPixels, reason: "a test" }),
    ).catch((error: unknown) => {
      if ((error as { kind?: string }).kind === undefined) throw error;
    });
  }
  await imageSize(bytes, { where });
  await decodeImage(bytes, { where, maxPixels });
}

async function savedConfig(): Promise<Uint8Array> {
  const configs = JSON.parse(new TextDecoder().decode(await golden("images/processors.json")));
  return encode(
    JSON.stringify(
      configs.find(({ given }: { given: Record<string, unknown> }) =>
        given.image_processor_type === "EfficientNetImageProcessor"
      ).saved,
    ),
  );
}
