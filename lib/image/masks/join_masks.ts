/**
 * Several masks as one.
 *
 * @module
 */
import type { RunMask } from "./run_mask.ts";

/** The pixels that are in any of the masks, which have one size; an object may have several outlines. */
export function joinMasks(masks: readonly [RunMask, ...RunMask[]]): RunMask {
  const [first, ...others] = masks;
  return others.reduce(joined, first);
}

/** Walks over both lists of runs at once. */
function joined(one: RunMask, other: RunMask): RunMask {
  const counts: number[] = [];
  const [runs, at] = [[one.counts, other.counts], [0, 0]];
  const left = [runs[0][0], runs[1][0]];
  const total = one.width * one.height;
  let isInside = false;
  let run = 0;
  for (let done = 0; done < total;) {
    for (const side of [0, 1]) {
      while (left[side] === 0) left[side] = runs[side][++at[side]];
    }
    const inside = at[0] % 2 === 1 || at[1] % 2 === 1;
    if (inside !== isInside) {
      counts.push(run);
      run = 0;
      isInside = inside;
    }
    const step = Math.min(left[0], left[1]);
    left[0] -= step;
    left[1] -= step;
    run += step;
    done += step;
  }
  counts.push(run);
  return { width: one.width, height: one.height, counts };
}
