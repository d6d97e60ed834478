/**
 * Scenes composed of emoji, with the exact box of each and the class of every pixel.
 *
 * @module
 */
import { join } from "node:path";
import { integer, oneOf, type Rule, whole } from "../lib/core/option_rules.ts";
import { Random } from "../lib/core/random.ts";
import { pngEncoder } from "../lib/image/encode_png.ts";
import { type DataRow, type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";
import { drawScene } from "./emoji_scenes/draw_scene.ts";
import { type Ground, grounds } from "./emoji_scenes/draw_ground.ts";
import { readTiles } from "./emoji_scenes/read_tiles.ts";

/** How the scenes are made. */
export interface EmojiScenesOptions extends DataSetOptions {
  /** How many scenes; 500 unless given. The first scenes of a longer set are those of a shorter one. */
  rows?: number;
  /** The same seed makes the same scenes; 1 unless given. Other seeds give scenes to test on. */
  seed?: number;
  /** Pixels of a scene on each side; 128 unless given. */
  size?: number;
  /** The most emoji in a scene, of which there is at least one; 3 unless given. */
  objects?: number;
  /** What is behind them: one colour, noise, or either by chance (`mixed`, unless given). */
  ground?: Ground | "mixed";
}

/**
 * The classes, in the order of their numbers in masks: 1 is the first, 0 is the ground.
 *
 * @example
 * ```ts
 * import { emojiSceneClasses } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(emojiSceneClasses.length, 8);
 * ```
 */
export const emojiSceneClasses = [
  "apple",
  "ball",
  "car",
  "cat",
  "fish",
  "flower",
  "house",
  "star",
] as const;

/** The file of each class in the package, by its code point. */
const files = [
  "1f34e",
  "26bd",
  "1f697",
  "1f431",
  "1f41f",
  "1f33b",
  "1f3e0",
  "2b50",
];

/** The last scenes that were made, by their options. */
const kept = new Map<string, readonly DataRow[]>();
const mostKept = 4;

const defaultRows = 500;
const defaultSize = 128;
const defaultObjects = 3;
/** Smaller scenes have no room for emoji that can be told apart. */
const leastSize = 32;
const sizeRule: Rule = [
  `a whole number from ${leastSize}`,
  (value) => Number.isSafeInteger(value) && value as number >= leastSize,
];

/**
 * Square scenes of one to three emoji out of eight classes (apple, ball, car, cat, fish, flower, house,
 * star) at a sixth to two fifths of the side, on one colour or on noise. The columns are `image` (the bytes
 * of a PNG), `objects` (`{ box, label, area }` of each, boxes in whole pixels around what is to be seen of it) and
 * `mask` (the bytes of a grey PNG: of each pixel 0 for the ground, or 1 and more for the classes of
 * `emojiSceneClasses`). Emoji may cover a little of each other.
 *
 * As many scenes as are asked for; some milliseconds each, and the last ones are kept in memory.
 *
 * @example
 * ```ts
 * import { emojiScenes } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await emojiScenes({ rows: 4 });
 * assert.deepEqual(table.columnNames(), ["image", "objects", "mask"]);
 * const [{ box, label }] = table.get("objects", 0);
 * assert.ok(box.length === 4 && typeof label === "string");
 * ```
 */
export const emojiScenes: DataSet<EmojiScenesOptions, "object-detection"> = dataSet(
  "emojiScenes",
  {
    title: "Scenes of emoji",
    description: "a scene of 128 × 128 pixels with the boxes and the pixels of its emoji",
    package: { name: "emoji-datasource-google", version: "16.0.0" },
    source: "https://github.com/iamcal/emoji-data",
    licence: "Apache-2.0 (the images), MIT (the package)",
    citation: "Google, Noto Emoji; C. Henderson, emoji-data, 16.0",
    task: "object-detection",
    columns: { image: "image", objects: "objects" },
    alsoFor: {
      "image-segmentation": {
        image: "image",
        mask: "mask",
        labels: ["ground", ...emojiSceneClasses],
      },
    },
    rows: defaultRows,
  },
  {
    rules: {
      rows: whole,
      seed: integer,
      size: sizeRule,
      objects: whole,
      ground: oneOf([...grounds, "mixed"]),
    },
    isWhole: ({ rows }) => rows === undefined,
    read: async (folder, options) => {
      const { rows = defaultRows, seed = 1, size = defaultSize } = options;
      const { objects = defaultObjects, ground = "mixed" } = options;
      const key = JSON.stringify([folder, rows, seed, size, objects, ground]);
      const known = kept.get(key);
      if (known) return known;
      const encodePng = await pngEncoder();
      const tiles = await readTiles(
        files.map((file) => join(folder, "img", "google", "64", `${file}.png`)),
        emojiSceneClasses,
      );
      const scenes = Array.from({ length: rows }, (_, row): DataRow => {
        const random = Random.fromSeed(seed, "emoji scene", row);
        const scene = drawScene(tiles, { size, mostObjects: objects, ground, random });
        return {
          image: encodePng(scene.image),
          objects: scene.objects,
          mask: encodePng(scene.mask),
        };
      });
      if (kept.size >= mostKept) kept.delete(kept.keys().next().value!);
      kept.set(key, scenes);
      return scenes;
    },
  },
);
