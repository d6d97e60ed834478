/**
 * Loads sharp, whose native library is missing on some platforms.
 *
 * @module
 */
import { messageOf } from "../core/errors.ts";
import { once } from "../core/once.ts";

/** The function that sharp exports. */
export type SharpModule = typeof import("sharp").default;

/** sharp, or why it does not load. */
export interface LoadedSharp {
  readonly sharp?: SharpModule;
  readonly reason: string;
}

/**
 * sharp, loaded at the first call. It keeps no decoded images (each is wanted once), and takes one thread
 * for an image: several images are decoded at the same time instead.
 */
export const loadSharp: () => Promise<LoadedSharp> = once(async () => {
  try {
    const { default: sharp } = await import("sharp");
    sharp.cache(false);
    sharp.concurrency(1);
    return { sharp, reason: "" };
  } catch (error) {
    return { reason: messageOf(error).trim().split("\n")[0] };
  }
});
