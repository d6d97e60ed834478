/**
 * How image transformers turn pixels into tokens: patches, tokens of their own, positions.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { Net } from "../nn/net.ts";

/** Height and width. */
export type Size = readonly [number, number];

/** How many whole patches an image has along each axis. */
export function patchGrid([height, width]: Size, [patchHeight, patchWidth]: Size): Size {
  return [Math.floor(height / patchHeight), Math.floor(width / patchWidth)];
}

/** The tokens of an image beside so many of the model's own; 0 where no patch fits. */
export function tokensWith(
  ownTokens: number,
  { imageSize, patchSize }: { readonly imageSize: Size; readonly patchSize: Size },
): number {
  const [rows, columns] = patchGrid(imageSize, patchSize);
  return rows * columns === 0 ? 0 : rows * columns + ownTokens;
}

/** A map as tokens, row by row: [batch, channels, height, width] → [batch, height · width, channels] */
export function tokensOfMap(map: Tensor): Tensor {
  const [batch, channels, height, width] = map.shape as [number, number, number, number];
  return tf.transpose(tf.reshape(map, [batch, channels, height * width]), [0, 2, 1]);
}

/** The same without a row for each image: [batch, channels, height, width] → [batch · height · width, channels] */
export function rowsOfMap(map: Tensor): Tensor {
  return tf.reshape(tokensOfMap(map), [-1, map.shape[1]!]);
}

/** Tokens as a map: [batch · height · width, channels] → [batch, channels, height, width] */
export function mapOfTokens(tokens: Tensor, batch: number, [height, width]: Size): Tensor {
  const channels = tokens.shape.at(-1)!;
  const rows = tf.reshape(tokens, [batch, height * width, channels]);
  return tf.reshape(tf.transpose(rows, [0, 2, 1]), [batch, channels, height, width]);
}

/** [1, tokens, hiddenSize] for every image of a batch. */
export function forEachImage(tokens: Tensor, batch: number): Tensor {
  return tf.tile(tokens, [batch, 1, 1]);
}

/** The patches of images, each a product with one kernel: [batch, patches, hiddenSize]. */
export function patches(net: Net, path: string, pixels: Tensor, patchSize: Size): Tensor {
  return tokensOfMap(net.conv(path, pixels, { stride: patchSize }));
}

/** How positions are laid out that belong to the patches of images of one size. */
export interface PatchPositions {
  /** The patches along each axis that the positions are for. */
  readonly from: Size;
  /** The patches along each axis of the images at hand. */
  readonly to: Size;
  /** Tokens before the patches. */
  readonly before: number;
  /** Tokens after them; 0 unless given. */
  readonly after?: number;
}

/**
 * Positions for images of another size, [1, tokens, hiddenSize]: those of the patches are resampled as a
 * map, bicubically as transformers does it; those of other tokens stay.
 *
 * @param positions [1, before + patches + after, hiddenSize]
 */
export function resampledPositions(
  positions: Tensor,
  { from, to, before, after = 0 }: PatchPositions,
): Tensor {
  if (from[0] === to[0] && from[1] === to[1]) return positions;
  const hiddenSize = positions.shape[2]!;
  const own = from[0] * from[1];
  const part = (start: number, count: number) =>
    tf.slice(positions, [0, start, 0], [1, count, hiddenSize]);
  const map = mapOfTokens(part(before, own), 1, from);
  const [height, width] = to;
  const resampled = tokensOfMap(ops.resize2d(map, { height, width }, { mode: "bicubic" }));
  return tf.concat([
    part(0, before),
    resampled,
    ...after > 0 ? [part(before + own, after)] : [],
  ], 1);
}
