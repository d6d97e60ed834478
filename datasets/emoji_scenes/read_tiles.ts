/**
 * Emoji to compose scenes of.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { messageOf, TunebookError } from "../../lib/core/errors.ts";
import { decodeImage } from "../../lib/image/decode_image.ts";
import type { Image } from "../../lib/image/image.ts";

/** An emoji and its class. */
export interface Tile {
  readonly label: string;
  /** The number of its class in masks, from 1. */
  readonly id: number;
  /** 4 channels, colours multiplied by alpha, so that it can be resized. */
  readonly image: Image;
}

/** Decoded files by path: a notebook asks for scenes more than once. */
const kept = new Map<string, Image>();

/** Reads a file for each class. Throws an error of kind "data" for one that cannot be read. */
export async function readTiles(
  files: readonly string[],
  labels: readonly string[],
): Promise<Tile[]> {
  return await Promise.all(files.map(async (file, at) => {
    const image = kept.get(file) ?? premultiplied(await decoded(file));
    kept.set(file, image);
    return { label: labels[at], id: at + 1, image };
  }));
}

async function decoded(file: string): Promise<Image> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new TunebookError(
      "data",
      `cannot read ${file}: ${messageOf(error)}; install the package again`,
      { cause: error },
    );
  }
  return await decodeImage(bytes, { where: file });
}

/** The image with four channels, whose colours are 0 where nothing is. */
function premultiplied({ width, height, channels, data }: Image): Image {
  const result = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const alpha = channels === 4 ? data[at * 4 + 3] : 255;
    for (let c = 0; c < 3; c++) {
      const colour = data[at * channels + (channels >= 3 ? c : 0)];
      result[at * 4 + c] = Math.round(colour * alpha / 255);
    }
    result[at * 4 + 3] = alpha;
  }
  return { width, height, channels: 4, data: result };
}
