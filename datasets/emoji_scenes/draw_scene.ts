/**
 * One scene: a ground, emoji on it, and what is known of them.
 *
 * @module
 */
import type { Random } from "../../lib/core/random.ts";
import type { Image } from "../../lib/image/image.ts";
import type { ImageObject } from "../../lib/image/image_object.ts";
import { resample } from "../../lib/image/resample/resample.ts";
import { drawGround, type Ground, grounds } from "./draw_ground.ts";
import type { Tile } from "./read_tiles.ts";

/** How a scene is made. */
export interface SceneOptions {
  /** Pixels on each side. */
  readonly size: number;
  readonly mostObjects: number;
  readonly ground: Ground | "mixed";
  readonly random: Random;
}

/** A scene and what is known of it. */
export interface Scene {
  /** 3 channels. */
  readonly image: Image;
  /** 1 channel: the number of a class for each pixel, 0 for the ground. */
  readonly mask: Image;
  readonly objects: readonly ImageObject[];
}

/** Sides of an emoji as shares of the scene's. */
const [smallest, largest] = [1 / 6, 2 / 5];
/** From this alpha on, of 255, a pixel shows the emoji more than what is behind it. */
const opaque = 128;
/** Of an emoji the others may cover so much of its box. */
const mostCovered = 0.15;
/** Places that are tried for an emoji before it is left out. */
const attempts = 20;

/** Left, top and side of an emoji in pixels. */
interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Draws a scene; everything in it comes from `random`. */
export function drawScene(
  tiles: readonly Tile[],
  { size, mostObjects, ground, random }: SceneOptions,
): Scene {
  const own = ground === "mixed" ? grounds[random.integer(grounds.length)] : ground;
  const data = drawGround(size, own, random);
  const ids = new Uint8Array(size * size);
  // The number of the emoji at each pixel, from 1.
  const owners = new Uint16Array(size * size);
  const placed: { readonly tile: Tile; readonly square: Square }[] = [];
  for (let left = 1 + random.integer(mostObjects); left > 0; left--) {
    const tile = tiles[random.integer(tiles.length)];
    const square = freeSquare(size, placed.map(({ square }) => square), random);
    if (!square) continue;
    placed.push({ tile, square });
    paint({ data, ids, owners, size }, tile, square, placed.length);
  }
  return {
    image: { width: size, height: size, channels: 3, data },
    mask: { width: size, height: size, channels: 1, data: ids },
    objects: objectsOf(owners, size, placed.map(({ tile }) => tile)),
  };
}

/** A place that covers little of the others; undefined where none was found. */
function freeSquare(
  size: number,
  others: readonly Square[],
  random: Random,
): Square | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const share = smallest + (largest - smallest) * random.uniform();
    const side = Math.round(size * share);
    const square = {
      left: random.integer(size - side + 1),
      top: random.integer(size - side + 1),
      side,
    };
    const covers = ({ left, top, side: other }: Square) =>
      overlap([square.left, side], [left, other]) * overlap([square.top, side], [top, other]);
    if (others.every((other) => covers(other) <= mostCovered * Math.min(side, other.side) ** 2)) {
      return square;
    }
  }
}

/** How many pixels two spans have in common, each a start and a length. */
function overlap([a, length]: [number, number], [b, other]: [number, number]): number {
  return Math.max(0, Math.min(a + length, b + other) - Math.max(a, b));
}

/** What is painted on. */
interface Canvas {
  /** [size, size, 3] */
  readonly data: Uint8Array;
  /** [size, size] */
  readonly ids: Uint8Array;
  /** [size, size] */
  readonly owners: Uint16Array;
  readonly size: number;
}

function paint(
  { data, ids, owners, size }: Canvas,
  { image, id }: Tile,
  { left, top, side }: Square,
  owner: number,
): void {
  const emoji = resample(image, { width: side, height: side, filter: "bilinear" });
  for (let y = 0, from = 0; y < side; y++) {
    for (let x = 0; x < side; x++, from += 4) {
      const at = (top + y) * size + left + x;
      const alpha = emoji.data[from + 3];
      for (let c = 0; c < 3; c++) {
        const behind = data[at * 3 + c] * (1 - alpha / 255);
        data[at * 3 + c] = Math.min(255, Math.round(emoji.data[from + c] + behind));
      }
      if (alpha < opaque) continue;
      ids[at] = id;
      owners[at] = owner;
    }
  }
}

/** The box around the pixels of each emoji that are to be seen. */
function objectsOf(
  owners: Uint16Array,
  size: number,
  tiles: readonly Tile[],
): ImageObject[] {
  const edges = tiles.map(() => ({ left: size, top: size, right: 0, bottom: 0, area: 0 }));
  owners.forEach((owner, at) => {
    if (owner === 0) return;
    const edge = edges[owner - 1];
    const [x, y] = [at % size, Math.floor(at / size)];
    edge.left = Math.min(edge.left, x);
    edge.right = Math.max(edge.right, x + 1);
    edge.top = Math.min(edge.top, y);
    edge.bottom = Math.max(edge.bottom, y + 1);
    edge.area++;
  });
  return edges.map(({ left, top, right, bottom, area }, at) => ({
    box: [left, top, right - left, bottom - top],
    label: tiles[at].label,
    area,
  }));
}
