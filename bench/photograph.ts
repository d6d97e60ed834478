/**
 * An image that is as hard to decode as a photograph.
 *
 * @module
 */
import { Random } from "../lib/core/random.ts";
import type { Image } from "../lib/image/image.ts";

/** Waves, edges and noise, so that nothing is easier than in a photograph. */
export function photograph(width: number, height: number): Image {
  const random = Random.fromSeed(1);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    const wave = 100 + 80 * Math.sin(x / 40 + at % 3) * Math.cos(y / 60);
    return wave + ((x >> 6) + (y >> 5)) % 2 * 40 + random.integer(20);
  });
  return { width, height, channels: 3, data };
}
