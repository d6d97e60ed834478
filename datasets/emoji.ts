/**
 * Small drawings of faces, animals, food, places, objects and flags, by category.
 *
 * @module
 */
import { join } from "node:path";
import { decodeImage } from "../lib/image/decode_image.ts";
import { type EncodePng, pngEncoder } from "../lib/image/encode_png.ts";
import { overBackground } from "../lib/image/rgb_image.ts";
import { TunebookError } from "../lib/core/errors.ts";
import { didYouMean } from "../lib/core/nearest.ts";
import { text, yesOrNo } from "../lib/core/option_rules.ts";
import { quoted } from "../lib/core/quoted.ts";
import {
  type DataSet,
  dataSet,
  type DataSetOptions,
  readPackageBytes,
  readPackageJson,
} from "./data_set.ts";

/** Which emoji are wanted beside the usual options. */
export interface EmojiOptions extends DataSetOptions {
  /** Adds the 1,875 variants of people and hands in other tones of skin; false unless given. */
  variants?: boolean;
  /** The emoji of one category alone, such as `Food & Drink`; all unless given. */
  category?: string;
}

/** An emoji as the package lists it. */
interface ListedEmoji {
  readonly name: string;
  readonly short_name: string;
  readonly image: string;
  readonly category: string;
  readonly subcategory: string;
  readonly skin_variations?: Readonly<Record<string, { readonly image: string }>>;
}

const white = [255, 255, 255] as const;

/** The category of five patches of skin that are no emoji by themselves. */
const parts = "Component";

/**
 * 1,906 emoji of Noto Emoji, 64 × 64 pixels on white, with the columns `image` (a PNG, `{ bytes, path }`), `category` (9, `Food & Drink`), `subcategory` (98, `food-fruit`), `name` (`RED APPLE`) and `emoji`
 * (`apple`; variants of one emoji share it).
 *
 * Variants in tones of skin are nearly the same picture: the option `split` keeps them together. With `category`
 * only the emoji of one are read, `emoji?category=Food%20%26%20Drink` on a command line (131).
 *
 * @example
 * ```ts
 * import { emoji } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await emoji({ rows: 10 });
 * assert.deepEqual(table.columnNames(), ["image", "category", "subcategory", "name", "emoji"]);
 * ```
 */
export const emoji: DataSet<EmojiOptions, "image-classification"> = dataSet("emoji", {
  title: "Noto Emoji by category",
  description: "drawings of 64 × 64 pixels, each with its category in Unicode",
  package: { name: "emoji-datasource-google", version: "16.0.0" },
  source: "https://github.com/iamcal/emoji-data",
  licence: "Apache-2.0 (the images), MIT (the package)",
  citation: "Google, Noto Emoji; C. Henderson, emoji-data, 16.0",
  task: "image-classification",
  columns: { image: "image", label: "category" },
  rows: 1906,
}, {
  together: ["emoji"],
  rules: { variants: yesOrNo, category: text },
  isWhole: ({ variants = false, category }) => !variants && category === undefined,
  read: async (folder, { variants = false, category: wanted }) => {
    const listed = await readPackageJson(folder, "emoji.json") as ListedEmoji[];
    const all = listed.filter(({ category }) => category !== parts);
    if (wanted !== undefined) checkCategory(wanted, all);
    const chosen = all.filter(({ category }) => wanted === undefined || category === wanted);
    return chosen.flatMap(
      ({ name, short_name, image, category, subcategory, skin_variations = {} }) => {
        const others = variants ? Object.values(skin_variations) : [];
        return [image, ...others.map((other) => other.image)].map((file) => ({
          image: file,
          category,
          subcategory,
          name,
          emoji: short_name,
        }));
      },
    );
  },
  complete: async (row, folder) => {
    const path = row.image as string;
    return { ...row, image: { bytes: await onWhite(folder, path, await pngEncoder()), path } };
  },
});

/** Throws an error of kind "input" for a category that there is not. */
function checkCategory(wanted: string, emoji: readonly ListedEmoji[]): void {
  const known = [...new Set(emoji.map(({ category }) => category))];
  if (known.includes(wanted)) return;
  throw new TunebookError(
    "input",
    `no emoji has the category ${quoted(wanted)}${didYouMean(wanted, known)}; there are ` +
      known.map(quoted).join(", "),
  );
}

/** The file of an emoji on white: what lies under transparent pixels is no part of the drawing. */
async function onWhite(
  folder: string,
  file: string,
  encode: EncodePng,
): Promise<Uint8Array> {
  const bytes = await readPackageBytes(folder, join("img", "google", "64", file));
  return encode(overBackground(await decodeImage(bytes, { where: file }), white));
}
