/**
 * What is behind the emoji of a scene.
 *
 * @module
 */
import type { Random } from "../../lib/core/random.ts";

/** One colour, or a colour with noise. */
export type Ground = "plain" | "noisy";

/** All of them. */
export const grounds: readonly Ground[] = ["plain", "noisy"];

/** The largest step that noise takes from the colour, of 255. */
const noise = 48;
/** Noise comes in squares of this many pixels, as no emoji does. */
const grain = 2;

/** Pixels of a square ground, [size, size, 3]. */
export function drawGround(size: number, ground: Ground, random: Random): Uint8Array {
  const colour = [0, 1, 2].map(() => random.integer(256));
  const data = new Uint8Array(size * size * 3);
  if (ground === "plain") {
    for (let at = 0; at < data.length; at++) data[at] = colour[at % 3];
    return data;
  }
  const cells = Math.ceil(size / grain);
  const steps = Int16Array.from(
    { length: cells * cells * 3 },
    () => random.integer(2 * noise + 1) - noise,
  );
  for (let y = 0, to = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const cell = (Math.floor(y / grain) * cells + Math.floor(x / grain)) * 3;
      for (let c = 0; c < 3; c++, to++) {
        data[to] = Math.min(255, Math.max(0, colour[c] + steps[cell + c]));
      }
    }
  }
  return data;
}
